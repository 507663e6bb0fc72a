import { mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import env from '#start/env'
import app from '@adonisjs/core/services/app'
import { defineConfig } from '@adonisjs/lucid'
import { prepareOnce } from '#shared/prepared_statements'
import { endWhenSilent } from '#shared/silent_connection'
import { endWhenStalled } from '#shared/stalled_session'

const migrations = { naturalSort: true, paths: [app.makePath('database/migrations')] }

/**
 * Every commit reaches the disk before it is acknowledged (synchronous=FULL): the audit
 * trail and the ledger promise that. What is erased leaves the file (secure_delete).
 */
const SQLITE_PRAGMAS = [
  'journal_mode=WAL',
  'synchronous=FULL',
  'busy_timeout=5000',
  'foreign_keys=ON',
  'secure_delete=ON',
]

/** How long anybody waits for the database, in milliseconds, before being told that it is not there. */
const CONNECT_TIMEOUT = 3_000
const ACQUIRE_TIMEOUT = 10_000
const QUERY_TIMEOUT = 10_000

/** How long a transaction may stand still, in milliseconds. Longer than any query takes. */
const STALLED_TIMEOUT = 15_000

const postgresConnection = {
  connectionString: env.get('DATABASE_URL')?.release(),
  connectionTimeoutMillis: CONNECT_TIMEOUT,
  query_timeout: QUERY_TIMEOUT,
}

function sqlitePath(): string {
  if (env.get('SQLITE_PATH') === ':memory:') return ':memory:'

  const path = resolve(app.makePath(), env.get('SQLITE_PATH') ?? 'tmp/gateway.sqlite3')
  mkdirSync(dirname(path), { recursive: true })
  return path
}

const dbConfig = defineConfig({
  connection: env.get('DB_CONNECTION'),
  connections: {
    sqlite: {
      client: 'better-sqlite3',
      connection: { filename: sqlitePath() },
      useNullAsDefault: true,
      pool: {
        acquireTimeoutMillis: ACQUIRE_TIMEOUT,
        afterCreate(
          connection: { pragma(text: string): void; prepare(sql: string): unknown },
          done: (error: null, connection: unknown) => void
        ) {
          for (const pragma of SQLITE_PRAGMAS) connection.pragma(pragma)
          prepareOnce(connection)
          done(null, connection)
        },
      },
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
        afterCreate(
          connection: Parameters<typeof endWhenSilent>[0],
          done: (error: Error | null, connection: unknown) => void
        ) {
          endWhenSilent(connection)
          endWhenStalled(connection, STALLED_TIMEOUT, (error) => done(error, connection))
        },
      },
      migrations,
      schemaGeneration: { enabled: false },
    },
  },
})

export default dbConfig
