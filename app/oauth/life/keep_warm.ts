import type { Cancel, Clock } from '#shared/clock'

/** Calls back when it is time to look after a token that nobody may be using. */
export class KeepWarm {
  readonly #clock: Clock
  readonly #lookAfter: () => void
  #cancel?: Cancel

  constructor(clock: Clock, lookAfter: () => void) {
    this.#clock = clock
    this.#lookAfter = lookAfter
  }

  /** In place of any call that was set before. */
  in(delayMs: number): void {
    this.stop()
    this.#cancel = this.#clock.after(delayMs, () => {
      this.#cancel = undefined
      this.#lookAfter()
    })
  }

  unlessSet(delayMs: number): void {
    if (!this.#cancel) this.in(delayMs)
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }
}
