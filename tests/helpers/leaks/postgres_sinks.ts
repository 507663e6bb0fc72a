import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { Sink } from '#tests/helpers/leaks/find_leaks'
import type { PostgresDatabase } from '#tests/helpers/postgres_database'

const FILES = `
  select relname as name, pg_read_binary_file(pg_relation_filepath(oid)) as content
    from pg_class where relkind in ('r', 'i', 't') and relfilenode > 16384`

/**
 * A dump as operators make it, and the files of all tables and indexes byte by byte: what
 * was replaced or deleted still stands there.
 *
 * @param programs the folder of pg_dump
 */
export async function postgresSinks(
  { url, query }: PostgresDatabase,
  programs: string
): Promise<Sink[]> {
  await query('CHECKPOINT')
  const files = await query(FILES)
  const dump = execFileSync(join(programs, 'pg_dump'), ['--dbname', url.href], {
    maxBuffer: 64 * 2 ** 20,
  })

  return [
    { name: 'the dump', content: dump },
    ...files.map(({ name, content }) => ({
      name: `the file of ${name as string}`,
      content: content as Buffer,
    })),
  ]
}
