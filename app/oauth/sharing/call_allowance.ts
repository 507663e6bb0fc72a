import type { Clock } from '#shared/clock'

/** While processes cannot see each other, each may ask this often. */
const CALLS = 4
const PER_MS = 60_000

/** How many token requests one process may make while nobody coordinates them. */
export class CallAllowance {
  readonly #clock: Clock

  /** When the last calls were made, by the monotonic clock; the oldest first. */
  #calls: number[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Counts a call, if one may be made. @returns 0, or after how many milliseconds one may */
  take(): number {
    const now = this.#clock.monotonic()
    this.#calls = this.#calls.filter((at) => at > now - PER_MS)
    if (this.#calls.length >= CALLS) return this.#calls[0] + PER_MS - now

    this.#calls.push(now)
    return 0
  }
}
