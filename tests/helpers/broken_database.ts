import db from '@adonisjs/lucid/services/db'
import type { TestContext } from '@japa/runner/core'

type Cleanup = Pick<TestContext, 'cleanup'>

/**
 * Takes a table away until `mend` is called or the test ends: every statement that needs it
 * fails in the database itself, the others work.
 */
export async function withoutTable({ cleanup }: Cleanup, name: string) {
  const away = `${name}_taken_away`
  let mended = false
  await db.rawQuery('ALTER TABLE ?? RENAME TO ??', [name, away])

  const mend = async () => {
    if (mended) return
    mended = true
    await db.rawQuery('ALTER TABLE ?? RENAME TO ??', [away, name])
  }
  cleanup(mend)
  return { mend }
}

/** SQLite refuses every write until `mend` is called or the test ends, as on a full disk. */
export async function readOnlyDatabase({ cleanup }: Cleanup) {
  await db.rawQuery('PRAGMA query_only = ON')

  const mend = async () => {
    await db.rawQuery('PRAGMA query_only = OFF')
  }
  cleanup(mend)
  return { mend }
}
