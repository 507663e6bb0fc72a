import { readdir } from 'node:fs/promises'
import type { ApplicationService } from '@adonisjs/core/types'

/** The names of the migrations that this version has. */
export async function knownMigrations(app: ApplicationService): Promise<string[]> {
  const files = await readdir(app.makePath('database/migrations'))
  return files.flatMap((file) => /^(\w+)\.[jt]s$/.exec(file)?.[1] ?? [])
}
