import { fullJitter, type Random } from '#shared/backoff'

/** What a failed token request means for the next one. */
export type TokenVerdict = 'transient' | 'throttled' | 'terminal' | 'terminal_for_key' | 'rejected'

/** Until when nobody asks, and why. Instants are milliseconds since 1970. */
export interface Pause {
  since: number
  until: number
  reason: string

  /** Failures in a row, this one included. */
  failures: number
}

/** The reason of a pause that somebody decided on, and that no force breaks. */
export const DISABLED = 'tenant_disabled'

export interface Failure {
  verdict: TokenVerdict
  reason: string

  /** The RFC 6749 §5.2 error of the answer, where the reason is another word. */
  standardError?: string
  httpStatus?: number

  /** The wait that the server asked for, if it did. */
  retryAfterMs?: number
}

const SECOND = 1000
const MINUTE = 60 * SECOND

const TRANSIENT = { first: 500, longest: MINUTE }
const SHORTEST_THROTTLE = SECOND
const LONGEST_THROTTLE = 5 * MINUTE
const TERMINAL = 5 * MINUTE

/** A fresh token that the API refuses may be a short upset there, but each try costs a token. */
const REJECTED = MINUTE

/** The pause that follows a failure, given how many came before it in a row. */
export function pauseAfter(
  failure: Failure,
  before: Pause | null,
  { now, random }: { now: number; random: Random }
): Pause {
  const failures = (before?.failures ?? 0) + 1
  const length = pauseLength(failure, failures - 1, random)
  return { since: now, until: now + length, reason: failure.reason, failures }
}

/** Milliseconds until the pause ends by the wall clock; 0 once it has, and never more than all of it. */
export function remainingPause(pause: Pause | null, now: number): number {
  if (!pause) return 0
  return Math.max(0, Math.min(pause.until - now, pause.until - pause.since))
}

function pauseLength(failure: Failure, earlier: number, random: Random): number {
  const asked = failure.retryAfterMs ?? 0

  switch (failure.verdict) {
    case 'transient':
      return Math.max(fullJitter(earlier, TRANSIENT, random), Math.min(asked, TRANSIENT.longest))
    case 'throttled':
      return clamp(asked * (1 + random() / 10), SHORTEST_THROTTLE, LONGEST_THROTTLE)
    case 'rejected':
      return REJECTED
    case 'terminal':
    case 'terminal_for_key':
      return TERMINAL
  }
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}

/** The provider does not take the client itself: whoever uses it is concerned. */
export function refusesClient({ verdict, httpStatus, ...failure }: Failure): boolean {
  const error = failure.standardError ?? failure.reason
  return verdict === 'terminal' && (httpStatus === 401 || /client$/.test(error))
}

/** What is exchanged for a token, where that is not the client's alone. */
export type Brought = 'by_a_caller' | 'by_somebody_who_signed_in'

/**
 * Whether a failure concerns one token only, and not everybody who uses the client: what a
 * caller brings may be anything, and a person may have granted less than others did.
 */
export function concernsOneToken(failure: Failure, brought?: Brought): boolean {
  const { verdict, reason, standardError = reason } = failure
  if (verdict === 'terminal_for_key') return true
  if (verdict !== 'terminal' || !brought || refusesClient(failure)) return false
  if (brought === 'by_somebody_who_signed_in') return true
  return standardError === 'invalid_request' || reason === 'http_400'
}
