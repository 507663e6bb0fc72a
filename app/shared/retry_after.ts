import { DateTime } from 'luxon'
import type { HttpAnswer } from '#shared/http_client'

/** Whoever asks for more is asking for something else: a day, in milliseconds. */
const LONGEST_WAIT = 24 * 60 * 60 * 1000

/**
 * The wait that an answer asks for, in milliseconds (RFC 9110 §10.2.3): seconds, or a
 * date that is compared with the answer's own, since only elapsed time can be trusted
 * between two clocks. Undefined when there is none that makes sense; at most a day.
 */
export function retryAfterMs(answer: HttpAnswer): number | undefined {
  const value = answer.headers['retry-after']?.trim()
  if (!value) return undefined

  const wait = /^\d+$/.test(value) ? Number(value) * 1000 : between(answer.headers.date, value)
  return wait >= 0 ? Math.min(wait, LONGEST_WAIT) : undefined
}

/** From one HTTP date to another, in milliseconds; NaN unless both are dates. */
function between(from: string | undefined, to: string): number {
  return DateTime.fromHTTP(to).toMillis() - DateTime.fromHTTP(from ?? '').toMillis()
}
