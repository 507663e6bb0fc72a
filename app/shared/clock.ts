/**
 * Time, as a dependency. Whoever reads a clock or waits is handed one, so that
 * tests pass time instead of sleeping for it.
 */
export interface Clock {
  /** UTC wall clock, in milliseconds since 1970. May jump. */
  now(): number

  /** Milliseconds since an arbitrary start. Never goes back; may stand still while suspended. */
  monotonic(): number

  /** Calls back once after `delayMs`. Does not keep the process alive. */
  after(delayMs: number, callback: () => void): Cancel
}

export type Cancel = () => void

/** The longest delay that a Node timer takes: a longer one would fire at once. */
export const LONGEST_DELAY_MS = 2 ** 31 - 1

export const systemClock: Clock = {
  now: Date.now,
  monotonic: () => performance.now(),
  after(delayMs, callback) {
    const delay = Math.min(Math.max(delayMs, 0), LONGEST_DELAY_MS)
    const timer = setTimeout(callback, delay).unref()
    return () => clearTimeout(timer)
  },
}
