import type { ConnectionConfig } from '@adonisjs/lucid/types/database'
import { preparePostgres } from '#shared/postgres_connection'
import { prepareSqlite } from '#shared/sqlite_connection'

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

export function connectionConfig(place: Place): ConnectionConfig {
  if (place.dialect === 'PostgreSQL') {
    const { url: connectionString, queryTimeoutMs = 10_000, stalledMs } = place
    const server = { connectionString, query_timeout: queryTimeoutMs }
    return {
      client: 'pg',
      connection: server,
      searchPath: [place.schema],
      pool: {
        min: 0,
        max: 10,
        acquireTimeoutMillis: 5_000,
        afterCreate: preparePostgres(stalledMs),
      },
    }
  }

  return {
    client: 'better-sqlite3',
    connection: { filename: place.file },
    useNullAsDefault: true,
    pool: { afterCreate: prepareSqlite },
  }
}
