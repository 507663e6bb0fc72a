import type { Cause } from '#oauth/events'
import { storeEvents } from '#oauth/store_events'
import type { EncryptedTokenStore } from '#oauth/stores/encrypted'
import type { EventRecorder } from '#shared/event_recorder'

export interface RotationCount {
  /** Rows that are sealed with the newest key now. */
  resealed: number

  /** Rows that were already. */
  current: number

  /** Rows that no key opens. They are left as they are, unless they were to be discarded. */
  unreadable: number
  discarded: number
}

/** Seals what older keys still hold with the newest one, while everybody goes on reading and writing. */
export class RotateKeys {
  readonly #store: EncryptedTokenStore
  readonly #recorder: EventRecorder

  constructor(store: EncryptedTokenStore, recorder: EventRecorder) {
    this.#store = store
    this.#recorder = recorder
  }

  async run(
    cause: Cause,
    { discard, progress }: { discard: boolean; progress: (done: number) => void }
  ): Promise<RotationCount> {
    const count: RotationCount = { resealed: 0, current: 0, unreadable: 0, discarded: 0 }
    let done = 0

    for await (const key of this.#store.keys()) {
      await this.#reseal(key, count, discard)
      progress(++done)
    }
    await this.#recorder.record(storeEvents.keysRotated(this.#store.name, { ...count }, cause))
    return count
  }

  async #reseal(key: string, count: RotationCount, discard: boolean): Promise<void> {
    // A row that was written meanwhile may have been written by a process with older keys.
    for (let outcome = await this.#store.reseal(key); ; outcome = await this.#store.reseal(key)) {
      if (outcome === 'changed') continue
      if (outcome === 'gone') return
      if (outcome === 'unreadable' && discard) {
        await this.#store.discard(key)
        count.discarded++
      } else count[outcome]++
      return
    }
  }
}
