import { Client } from 'pg'

const HOW = 'start PostgreSQL and set DATABASE_URL, e.g. postgres://postgres@127.0.0.1:5432/test'
const URL = process.env.DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/test'

/** Whether a missing PostgreSQL is a failure. Each test that needs it then fails by itself. */
const required = process.env.CI === 'true' || process.env.REQUIRE_SERVICES === '1'

/** Address of the PostgreSQL to test on. Absent where none answers, which is said once. */
async function findPostgres(): Promise<string | undefined> {
  if (required) return URL

  const client = new Client({ connectionString: URL, connectionTimeoutMillis: 2_000 })
  try {
    await client.connect()
    await client.end()
    return URL
  } catch {
    console.warn(`SKIPPED audit trail on PostgreSQL: ${HOW}`)
    return undefined
  }
}

export const postgresUrl = await findPostgres()
