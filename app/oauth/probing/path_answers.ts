import type { HttpAnswer } from '#shared/http_client'
import { parseJsonObject } from '#shared/strict_json'

/** Why a probe ended before everything was tried. */
export type ProbeStop = 'account_locked' | 'throttled' | 'unreachable' | 'attempts_used_up'

const LOCKED = /(?<!un)locked|lock-?out|too[ _-]?many|temporarily[ _-]disabled|suspended/i

/** What says that whoever goes on does harm (RFC 6585 §4, RFC 4918 §11.3). */
export function stopFor({ status }: HttpAnswer): ProbeStop | undefined {
  if (status === 429) return 'throttled'
  return status === 423 ? 'account_locked' : undefined
}

/** The same of an answer to a name and a password, which may say in words what became of it. */
export function stopForAccount(answer: HttpAnswer): ProbeStop | undefined {
  const says = answer.status < 500 && LOCKED.test(answer.body ?? '')
  return stopFor(answer) ?? (says ? 'account_locked' : undefined)
}

/** Whether something that may be a login answered a request that names nobody. */
export function mayBeLogin(answer: HttpAnswer): boolean {
  const { status } = answer
  if (status < 300) return isJson(answer)
  return status >= 400 && !NOTHING_THERE.includes(status)
}

/** Whether it found that request incomplete: whatever it refuses later, it has understood. */
export function foundIncomplete({ status }: HttpAnswer): boolean {
  return status === 400 || status === 422
}

/** Whether it knows what a login is, for a first guess at where to begin. */
export function isLikelyLogin({ status }: HttpAnswer): boolean {
  return LIKELY.includes(status)
}

const NOTHING_THERE = [404, 405, 410, 501]
const LIKELY = [400, 401, 415, 422]

/** A page that is shown for every address is none. */
function isJson({ body }: HttpAnswer): boolean {
  try {
    parseJsonObject(body)
    return true
  } catch {
    return false
  }
}
