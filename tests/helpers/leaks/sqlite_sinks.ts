import { existsSync, readFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import type { Sink } from '#tests/helpers/leaks/find_leaks'

/** All rows of all tables, and the files byte by byte: what was deleted may still stand there. */
export function sqliteSinks(path: string): Sink[] {
  const files = ['', '-wal', '-shm'].flatMap((suffix) =>
    existsSync(path + suffix)
      ? [{ name: `the file ${suffix || 'itself'}`, content: readFileSync(path + suffix) }]
      : []
  )
  return [{ name: 'the rows', content: allRows(path) }, ...files]
}

function allRows(path: string): string {
  const database = new Database(path, { readonly: true })
  try {
    const tables = database
      .prepare<[], { name: string }>(`SELECT name FROM sqlite_master WHERE type = 'table'`)
      .all()
    return tables
      .flatMap(({ name }) => database.prepare(`SELECT * FROM "${name}"`).all() as object[])
      .map((row) => Object.values(row).join('\n'))
      .join('\n')
  } finally {
    database.close()
  }
}
