import { basename } from 'node:path'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import type { DurabilitySettings } from '#audit/storage/storage_rules'

/** Where Lucid notes which migrations have run. */
const MIGRATIONS_TABLE = 'adonis_schema'

/** What the database says of itself. */
export class StorageFacts {
  readonly #connect: () => QueryClientContract

  constructor(connect: () => QueryClientContract) {
    this.#connect = connect
  }

  /** As they are in force for a connection of ours. */
  async durability(): Promise<DurabilitySettings> {
    const client = this.#connect()

    if (client.dialect.name === 'postgres') {
      const { rows } = await client.rawQuery(
        `SELECT current_setting('fsync') AS fsync,
                current_setting('synchronous_commit') AS "synchronousCommit"`
      )
      return rows[0]
    }
    const [{ synchronous }] = await client.rawQuery('PRAGMA synchronous')
    const [{ journal_mode: journalMode }] = await client.rawQuery('PRAGMA journal_mode')
    return { synchronous, journalMode }
  }

  /** The names of the migrations that have run. A look and nothing more: no table is made for it. */
  async migrations(): Promise<string[]> {
    const client = this.#connect()
    if (!(await client.schema.hasTable(MIGRATIONS_TABLE))) return []

    const rows = await client.from(MIGRATIONS_TABLE).select('name')
    return rows.map(({ name }) => basename(name))
  }
}
