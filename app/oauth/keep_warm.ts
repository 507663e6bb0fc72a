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

  in(delayMs: number): void {
    this.#cancel?.()
    this.#cancel = this.#clock.after(delayMs, this.#lookAfter)
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }
}
