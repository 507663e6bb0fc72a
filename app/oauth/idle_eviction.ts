import type { Cancel, Clock } from '#shared/clock'

/** How often it is looked for what nobody uses, in milliseconds. */
const EVERY_MS = 60_000

/** Lets go of services that nobody uses, now and again. */
export class IdleEviction {
  readonly #clock: Clock
  readonly #evict: () => void
  #cancel: Cancel = () => {}

  constructor(clock: Clock, evict: () => void) {
    this.#clock = clock
    this.#evict = evict
  }

  start(): void {
    this.#cancel = this.#clock.after(EVERY_MS, () => {
      this.#evict()
      this.start()
    })
  }

  stop(): void {
    this.#cancel()
  }
}
