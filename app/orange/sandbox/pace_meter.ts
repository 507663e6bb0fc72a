/**
 * How long an admitted send counts, in milliseconds. A little under a second, so that a
 * client which sends evenly at exactly the allowed pace is not refused because one of
 * its requests travelled faster than the one before.
 */
const WINDOW = 950

/** Counts the sends of the last second. */
export class PaceMeter {
  readonly #now: () => number
  #admitted: number[] = []

  constructor(now: () => number) {
    this.#now = now
  }

  admits(perSecond: number | null): boolean {
    if (perSecond === null) return true

    const now = this.#now()
    this.#admitted = this.#admitted.filter((at) => Math.abs(now - at) < WINDOW)
    if (this.#admitted.length >= perSecond) return false

    this.#admitted.push(now)
    return true
  }

  reset(): void {
    this.#admitted = []
  }
}
