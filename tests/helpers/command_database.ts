import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import app from '@adonisjs/core/services/app'
import { ace } from '#tests/helpers/ace_process'

/** A migrated SQLite file of its own for commands that run as processes. */
export async function commandDatabase() {
  const path = app.makePath('tmp', `commands-${randomUUID()}.sqlite3`)
  const env = { DB_CONNECTION: 'sqlite', SQLITE_PATH: path }
  const { exitCode, stderr } = await ace(['migration:run'], { env })
  if (exitCode !== 0) throw new Error(`The database cannot be migrated: ${stderr}`)

  return {
    env,

    /** Runs one query on the file, as an auditor with a tool of their own would. */
    rows(sql: string): Record<string, unknown>[] {
      const database = new DatabaseSync(path, { timeout: 5_000 })
      try {
        return database.prepare(sql).all() as Record<string, unknown>[]
      } finally {
        database.close()
      }
    },

    async remove(): Promise<void> {
      for (const suffix of ['', '-wal', '-shm']) await rm(path + suffix, { force: true })
    },
  }
}
