/** Exponential steps, in milliseconds. */
export interface BackoffSteps {
  first: number
  longest: number
}

/** A number in [0, 1). Handed in, so that tests can choose it. */
export type Random = () => number

/**
 * Exponential backoff with full jitter: anywhere between zero and first·2ⁿ, so that
 * processes which failed together do not come back together.
 */
export function fullJitter(failures: number, steps: BackoffSteps, random: Random): number {
  return random() * Math.min(steps.longest, steps.first * 2 ** Math.min(failures, 30))
}
