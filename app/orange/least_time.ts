const LEAST_MS = 3_000
const LEAST_SHARE = 0.2

/**
 * How much of its time a request must have left to be worth sending, in milliseconds: one
 * that is cut off while Orange works on it turns a clear "no" into an unknown outcome.
 */
export function leastTime(deadlineMs: number): number {
  return Math.min(LEAST_MS, deadlineMs * LEAST_SHARE)
}
