import type { QueryClientContract } from '@adonisjs/lucid/types/database'

/**
 * Lets a test do to the audit tables what the database refuses: as somebody who owns the
 * database could. The triggers are back, as they were, when the work has ended.
 */
export async function withoutGuards<T>(
  connect: () => QueryClientContract,
  work: () => PromiseLike<T>
): Promise<T> {
  const client = connect()
  const restore = client.dialect.name === 'postgres' ? await disable(client) : await drop(client)

  try {
    return await work()
  } finally {
    await restore()
  }
}

async function drop(client: QueryClientContract): Promise<() => Promise<void>> {
  const triggers: { name: string; sql: string }[] = await client
    .from('sqlite_master')
    .where('type', 'trigger')
    .whereLike('tbl_name', 'audit_%')
    .select('name', 'sql')
  for (const { name } of triggers) await client.rawQuery('DROP TRIGGER ??', [name])

  return async () => {
    for (const { sql } of triggers) await client.knexRawQuery(sql)
  }
}

async function disable(client: QueryClientContract): Promise<() => Promise<void>> {
  const { rows } = await client.rawQuery(
    `SELECT DISTINCT tgrelid::regclass::text AS name FROM pg_trigger
      JOIN pg_class ON pg_class.oid = tgrelid
      WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace`
  )
  const turn = async (state: 'DISABLE' | 'ENABLE') => {
    for (const { name } of rows) {
      await client.rawQuery(`ALTER TABLE ${name} ${state} TRIGGER USER`)
    }
  }

  await turn('DISABLE')
  return () => turn('ENABLE')
}
