import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import type { TestContext } from '@japa/runner/core'

/** What a disk without an end would hold, in pages. */
const UNLIMITED = 4_294_967_294

/**
 * Fills a SQLite database to the last page: what does not fit into a page that is begun is
 * refused with SQLITE_FULL, until `mend` is called or the test ends.
 */
export async function fullDatabase(
  { cleanup }: Pick<TestContext, 'cleanup'>,
  client: QueryClientContract
) {
  const [{ page_count: pages }] = await client.rawQuery('PRAGMA page_count')
  await client.rawQuery('CREATE TABLE filler (bytes BLOB)')
  await client.rawQuery(`PRAGMA max_page_count = ${pages + 1}`)
  for (const size of [4_000, 500, 50]) await fill(client, size)

  let mended = false
  const mend = async () => {
    if (mended) return
    mended = true
    await client.rawQuery(`PRAGMA max_page_count = ${UNLIMITED}`)
    await client.rawQuery('DROP TABLE filler')
  }
  cleanup(mend)
  return { mend }
}

async function fill(client: QueryClientContract, size: number): Promise<void> {
  try {
    for (;;) await client.rawQuery('INSERT INTO filler VALUES (zeroblob(?))', [size])
  } catch (error) {
    if ((error as { code?: string }).code !== 'SQLITE_FULL') throw error
  }
}
