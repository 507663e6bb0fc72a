import type { Cause } from '#oauth/events'
import { storeEvents } from '#oauth/store_events'
import type { SealedRows } from '#oauth/sealed_rows'
import type { EventRecorder } from '#shared/event_recorder'

export interface RotationCount {
  /** Rows that are sealed with the newest key now. */
  resealed: number

  /** Rows that were already, or are gone. */
  current: number

  /** Rows that no key opens and that were left as they are. */
  unreadable: number
  discarded: number
}

/** Seals what older keys still hold with the newest one, while everybody goes on reading and writing. */
export class RotateKeys {
  readonly #tables: readonly SealedRows[]
  readonly #recorder: EventRecorder

  constructor(tables: readonly SealedRows[], recorder: EventRecorder) {
    this.#tables = tables
    this.#recorder = recorder
  }

  /** @throws {StoreUnavailable} when not all rows could be reached */
  async run(
    cause: Cause,
    { discard, progress }: { discard: boolean; progress: (done: number) => void }
  ): Promise<RotationCount> {
    const count: RotationCount = { resealed: 0, current: 0, unreadable: 0, discarded: 0 }
    let done = 0

    for (const rows of this.#tables) {
      for await (const key of rows.keys()) {
        count[await this.#reseal(rows, key, discard)]++
        progress(++done)
      }
    }
    await this.#recorder.record(storeEvents.keysRotated({ ...count }, cause))
    return count
  }

  async #reseal(rows: SealedRows, key: string, discard: boolean): Promise<keyof RotationCount> {
    // A row that was written meanwhile may have been written by a process with older keys.
    let outcome = await rows.reseal(key)
    while (outcome === 'changed') outcome = await rows.reseal(key)

    if (outcome === 'gone') return 'current'
    if (outcome !== 'unreadable' || !discard || !rows.discard) return outcome
    await rows.discard(key)
    return 'discarded'
  }
}
