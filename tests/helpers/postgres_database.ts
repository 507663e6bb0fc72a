import { randomBytes } from 'node:crypto'
import type { TestContext } from '@japa/runner/core'
import { Client } from 'pg'

const HOW = 'start PostgreSQL and set DATABASE_URL, e.g. postgres://postgres@127.0.0.1:5432/test'
const CONNECT_MS = 2_000

/** A database of a test's own, empty, and gone when the test ends. */
export interface PostgresDatabase {
  url: URL
  query(sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>
}

/** Address of a PostgreSQL that answers. Where services are required, having none is a failure. */
export async function findPostgres(what: string): Promise<URL | undefined> {
  const url = new URL(process.env.DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/test')

  try {
    await run(url, 'SELECT 1')
    return url
  } catch {
    if (process.env.CI === 'true' || process.env.REQUIRE_SERVICES === '1') {
      throw new Error(`PostgreSQL is required and does not answer: ${HOW}`)
    }
    console.warn(`SKIPPED ${what}: ${HOW}`)
    return undefined
  }
}

export async function postgresDatabase(
  { cleanup }: Pick<TestContext, 'cleanup'>,
  server: URL
): Promise<PostgresDatabase> {
  const name = `sms_${randomBytes(6).toString('hex')}`
  await run(server, `CREATE DATABASE ${name}`)
  cleanup(async () => {
    await run(server, `DROP DATABASE ${name} WITH (FORCE)`)
  })

  const url = new URL(server)
  url.pathname = `/${name}`
  return { url, query: (sql, values) => run(url, sql, values) }
}

async function run(url: URL, sql: string, values?: unknown[]): Promise<Record<string, unknown>[]> {
  const client = new Client({
    connectionString: url.href,
    connectionTimeoutMillis: CONNECT_MS,
  })
  await client.connect()
  try {
    return (await client.query(sql, values)).rows
  } finally {
    await client.end()
  }
}
