import { mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import env from '#start/env'
import app from '@adonisjs/core/services/app'
import { defineConfig } from '@adonisjs/lucid'
import { preparePostgres } from '#shared/postgres_connection'
import { prepareSqlite } from '#shared/sqlite_connection'

/** Relative to the application: Lucid notes what has run by this path, and a release may move. */
const migrations = { naturalSort: true, paths: ['database/migrations'] }

/** How long anybody waits for the database, in milliseconds, before being told that it is not there. */
const CONNECT_TIMEOUT = 3_000
const ACQUIRE_TIMEOUT = 10_000
const QUERY_TIMEOUT = 10_000

const postgresConnection = {
  connectionString: env.get('DATABASE_URL')?.release(),
  connectionTimeoutMillis: CONNECT_TIMEOUT,
  query_timeout: QUERY_TIMEOUT,
}

function sqlitePath(): string {
  if (env.get('SQLITE_PATH') === ':memory:') return ':memory:'

  const path = resolve(app.makePath(), env.get('SQLITE_PATH') ?? 'tmp/gateway.sqlite3')
  if (env.get('DB_CONNECTION') === 'sqlite') mkdirSync(dirname(path), { recursive: true })
  return path
}

const dbConfig = defineConfig({
  connection: env.get('DB_CONNECTION'),
  connections: {
    sqlite: {
      client: 'better-sqlite3',
      connection: { filename: sqlitePath() },
      useNullAsDefault: true,
      pool: { acquireTimeoutMillis: ACQUIRE_TIMEOUT, afterCreate: prepareSqlite },
      migrations,
      schemaGeneration: { enabled: false },
    },
    postgres: {
      client: 'pg',
      connection: postgresConnection,
      pool: {
        min: 0,
        max: 10,
        acquireTimeoutMillis: ACQUIRE_TIMEOUT,
        afterCreate: preparePostgres(),
      },
      migrations,
      schemaGeneration: { enabled: false },
    },
  },
})

export default dbConfig
