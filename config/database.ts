import { mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import env from '#start/env'
import app from '@adonisjs/core/services/app'
import { defineConfig } from '@adonisjs/lucid'

const migrations = { naturalSort: true, paths: [app.makePath('database/migrations')] }

/**
 * Every commit reaches the disk before it is acknowledged (synchronous=FULL):
 * the audit trail and the ledger promise that.
 */
const SQLITE_PRAGMAS = [
  'journal_mode=WAL',
  'synchronous=FULL',
  'busy_timeout=5000',
  'foreign_keys=ON',
]

function sqlitePath(): string {
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
        afterCreate(
          connection: { pragma(text: string): void },
          done: (error: null, connection: unknown) => void
        ) {
          for (const pragma of SQLITE_PRAGMAS) connection.pragma(pragma)
          done(null, connection)
        },
      },
      migrations,
      schemaGeneration: { enabled: false },
    },
    postgres: {
      client: 'pg',
      connection: { connectionString: env.get('DATABASE_URL')?.release() },
      pool: { min: 0, max: 10, acquireTimeoutMillis: 5_000 },
      migrations,
      schemaGeneration: { enabled: false },
    },
  },
})

export default dbConfig
