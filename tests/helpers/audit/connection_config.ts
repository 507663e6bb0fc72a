import type { ConnectionConfig } from '@adonisjs/lucid/types/database'

/** Where the tables of one test stand. Plain data, so that another process can be told. */
export type Place = { dialect: 'SQLite'; file: string } | Postgres

interface Postgres {
  dialect: 'PostgreSQL'
  url: string
  schema: string
}

interface SqliteConnection {
  pragma(text: string): void
}

const PRAGMAS = ['journal_mode=WAL', 'synchronous=FULL', 'busy_timeout=5000', 'foreign_keys=ON']

export function connectionConfig(place: Place): ConnectionConfig {
  if (place.dialect === 'PostgreSQL') {
    return {
      client: 'pg',
      connection: { connectionString: place.url },
      searchPath: [place.schema],
      pool: { min: 0, max: 10, acquireTimeoutMillis: 5_000 },
    }
  }

  return {
    client: 'better-sqlite3',
    connection: { filename: place.file },
    useNullAsDefault: true,
    pool: {
      afterCreate(connection: SqliteConnection, done: (error: null, value: unknown) => void) {
        for (const pragma of PRAGMAS) connection.pragma(pragma)
        done(null, connection)
      },
    },
  }
}
