import type { QueryClientContract } from '@adonisjs/lucid/types/database'

const TABLE = 'adonis_schema'
const FOLDER = 'database/migrations/'

/**
 * Earlier versions noted what had run by its absolute path: installed in another folder,
 * the gateway would run it again.
 */
export async function nameByProjectPath(database: QueryClientContract): Promise<void> {
  if (!(await database.schema.hasTable(TABLE))) return

  const noted: { id: number; name: string }[] = await database.from(TABLE).select('id', 'name')
  for (const { id, name } of noted) {
    const start = name.lastIndexOf(FOLDER)
    if (start > 0)
      await database
        .from(TABLE)
        .where({ id })
        .update({ name: name.slice(start) })
  }
}
