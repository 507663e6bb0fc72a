import Sqlite from 'better-sqlite3'
import { Client } from 'pg'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import { SQLITE_PRAGMAS } from '#shared/sqlite_connection'
import { postgresUrl } from '#tests/helpers/audit/postgres_url'
import { migrateAudit, postgresBench, sqliteBench } from './audit_database.js'

export type Row = Record<string, unknown>

/** A database through its own driver and nothing else. */
export interface Driver {
  /** Rows by table: one statement for each table, one commit for all. */
  insertCommitted(rows: Record<string, Row[]>): Promise<void> | void
  close(): Promise<void> | void
}

/** Where a contender works. */
export interface AuditPlace {
  name: 'SQLite' | 'PostgreSQL'

  /** Empty audit tables, which are gone when the work has ended. */
  fresh<T>(work: (client: QueryClientContract) => Promise<T>): Promise<T>

  /** To the tables of the `fresh` that is under way. */
  driver(): Promise<Driver>
}

/** SQLite, and PostgreSQL where one answers: its absence is told when the address is looked for. */
export function auditPlaces(name: string): AuditPlace[] {
  const sqlite = freshly(
    'SQLite',
    () => sqliteBench(name),
    () => sqliteDriver(`tmp/${name}.sqlite3`)
  )
  if (!postgresUrl) return [sqlite]
  return [
    sqlite,
    freshly(
      'PostgreSQL',
      () => postgresBench(name),
      () => postgresDriver(name)
    ),
  ]
}

function freshly(
  name: AuditPlace['name'],
  open: () => ReturnType<typeof sqliteBench>,
  driver: AuditPlace['driver']
): AuditPlace {
  const fresh: AuditPlace['fresh'] = async (work) => {
    const { client, close } = await open()
    try {
      await migrateAudit(client)
      return await work(client)
    } finally {
      await close()
    }
  }
  return { name, fresh, driver }
}

async function sqliteDriver(file: string): Promise<Driver> {
  const database = new Sqlite(file)
  for (const pragma of SQLITE_PRAGMAS) database.pragma(pragma)
  const statements = new Map<string, Sqlite.Statement>()
  const prepared = (sql: string) => {
    const known = statements.get(sql) ?? database.prepare(sql)
    statements.set(sql, known)
    return known
  }

  return {
    insertCommitted(tables) {
      database.exec('BEGIN')
      for (const { sql, values } of insertsOf(tables, () => '?')) prepared(sql).run(values)
      database.exec('COMMIT')
    },
    close: () => void database.close(),
  }
}

async function postgresDriver(schema: string): Promise<Driver> {
  const client = new Client({ connectionString: postgresUrl })
  await client.connect()
  await client.query(`SET search_path TO ${schema}`)

  return {
    async insertCommitted(tables) {
      await client.query('BEGIN')
      for (const { sql, values } of insertsOf(tables, (number) => `$${number}`)) {
        await client.query(sql, values)
      }
      await client.query('COMMIT')
    },
    close: () => client.end(),
  }
}

function insertsOf(tables: Record<string, Row[]>, mark: (number: number) => string) {
  return Object.entries(tables).flatMap(([table, rows]) => {
    if (rows.length === 0) return []

    const columns = Object.keys(rows[0])
    const values = rows.flatMap((row) => columns.map((column) => row[column]))
    const marks = rows.map((_, row) =>
      columns.map((__, column) => mark(row * columns.length + column + 1)).join()
    )
    const sql = `INSERT INTO ${table} (${columns.join()}) VALUES (${marks.join('),(')})`
    return [{ sql, values }]
  })
}
