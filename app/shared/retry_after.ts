import type { HttpAnswer } from '#shared/http_client'

/**
 * The wait that an answer asks for, in milliseconds (RFC 9110 §10.2.3): seconds, or a
 * date that is compared with the answer's own, since only elapsed time can be trusted
 * between two clocks. Undefined when there is none that makes sense.
 */
export function retryAfterMs(answer: HttpAnswer): number | undefined {
  const value = answer.headers['retry-after']?.trim()
  if (!value) return undefined
  if (/^\d{1,10}$/.test(value)) return Number(value) * 1000

  const wait = Date.parse(value) - Date.parse(answer.headers.date ?? '')
  return wait >= 0 ? wait : undefined
}
