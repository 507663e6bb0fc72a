import type { ConnectionConfig } from '@adonisjs/lucid/types/database'
import { prepareOnce } from '#shared/prepared_statements'
import { endWhenSilent } from '#shared/silent_connection'
import { endWhenStalled } from '#shared/stalled_session'

/** Where the tables of one test stand. Plain data, so that another process can be told. */
export type Place = { dialect: 'SQLite'; file: string } | Postgres

interface Postgres {
  dialect: 'PostgreSQL'
  url: string
  schema: string

  /** How long a query may take, in milliseconds; 10 s as in production when it is left out. */
  queryTimeoutMs?: number

  /** How long a transaction may stand still, in milliseconds; 15 s as in production. */
  stalledMs?: number
}

type PostgresConnection = Parameters<typeof endWhenSilent>[0]

interface SqliteConnection {
  pragma(text: string): void
  prepare(sql: string): unknown
}

const PRAGMAS = [
  'journal_mode=WAL',
  'synchronous=FULL',
  'busy_timeout=5000',
  'foreign_keys=ON',
  'secure_delete=ON',
]

export function connectionConfig(place: Place): ConnectionConfig {
  if (place.dialect === 'PostgreSQL') {
    const { url: connectionString, queryTimeoutMs = 10_000, stalledMs = 15_000 } = place
    const server = { connectionString, query_timeout: queryTimeoutMs }
    return {
      client: 'pg',
      connection: server,
      searchPath: [place.schema],
      pool: {
        min: 0,
        max: 10,
        acquireTimeoutMillis: 5_000,
        afterCreate(
          connection: PostgresConnection,
          done: (error: Error | null, value: unknown) => void
        ) {
          endWhenSilent(connection)
          endWhenStalled(connection, stalledMs, (error) => done(error, connection))
        },
      },
    }
  }

  return {
    client: 'better-sqlite3',
    connection: { filename: place.file },
    useNullAsDefault: true,
    pool: {
      afterCreate(connection: SqliteConnection, done: (error: null, value: unknown) => void) {
        for (const pragma of PRAGMAS) connection.pragma(pragma)
        prepareOnce(connection)
        done(null, connection)
      },
    },
  }
}
