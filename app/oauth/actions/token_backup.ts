import { rm } from 'node:fs/promises'
import { BackupRefused, readBackup, writeBackup, type BackupRow } from '#oauth/actions/backup_file'
import type { BackedUpRows, BroughtBack } from '#oauth/backed_up_rows'
import type { Cause } from '#oauth/events'
import { storeEvents } from '#oauth/store_events'
import type { EventRecorder } from '#shared/event_recorder'

/** How many rows of a table were restored, or why they were not. */
export type RestoreCount = Record<BroughtBack, number>

/** Takes tables out into a file and brings them back. What is in the file is sealed. */
export class TokenBackup {
  readonly #tables: ReadonlyMap<string, BackedUpRows>
  readonly #recorder: EventRecorder

  constructor(tables: readonly BackedUpRows[], recorder: EventRecorder) {
    this.#tables = new Map(tables.map((table) => [table.name, table]))
    this.#recorder = recorder
  }

  /**
   * @returns how many rows of each table were written
   * @throws {BackupRefused} when the file is there already or cannot be written
   */
  async write(path: string, cause: Cause): Promise<Record<string, number>> {
    const rows: BackupRow[] = []
    const counts: Record<string, number> = {}
    for (const table of this.#tables.values()) {
      const found = await rowsOf(table)
      rows.push(...found)
      counts[table.name] = found.length
    }

    await writeBackup(path, rows)
    try {
      await this.#recorder.record(storeEvents.backedUp(counts, cause))
    } catch (error) {
      // No copy that the trail does not know of.
      await rm(path, { force: true })
      throw error
    }
    return counts
  }

  /**
   * @returns what became of the rows of each table
   * @throws {BackupRefused} when the file is no backup; nothing was changed then
   * @throws {RecordingUnavailable} before anything is brought back, or when it cannot be said what was
   */
  async restore(path: string, cause: Cause): Promise<Record<string, RestoreCount>> {
    const rows = await readBackup(path)
    if (!rows.every(({ table }) => this.#tables.has(table))) {
      throw new BackupRefused('The file has rows of a table that this version does not know.')
    }

    await this.#recorder.record(storeEvents.restoreRequested({ rows: rows.length }, cause))
    const counts: Record<string, RestoreCount> = {}
    for (const table of this.#tables.values()) {
      const count = await bringBack(table, rows)
      counts[table.name] = count
      await this.#recorder.record(storeEvents.backupRestored(table.name, count, cause))
    }
    return counts
  }
}

async function rowsOf(table: BackedUpRows): Promise<BackupRow[]> {
  const rows: BackupRow[] = []
  for await (const key of table.keys()) {
    const sealed = await table.sealed(key)
    if (sealed !== null) rows.push({ table: table.name, key, sealed })
  }
  return rows
}

async function bringBack(table: BackedUpRows, rows: readonly BackupRow[]): Promise<RestoreCount> {
  const count: RestoreCount = { restored: 0, ended: 0, superseded: 0, unreadable: 0 }
  const theirs = rows.filter((row) => row.table === table.name)
  for (const { key, sealed } of theirs) count[await table.restore(key, sealed)]++
  return count
}
