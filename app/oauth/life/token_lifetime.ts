import { decodeJwt } from 'jose'
import { DateTime } from 'luxon'
import type { Random } from '#shared/backoff'

const SECOND = 1000

/** What a token's life is taken to be when nobody says. RFC 6749 §5.1 leaves it to the client. */
const UNSTATED_LIFE = 60 * SECOND
const SHORTEST_LIFE = SECOND
const LONGEST_LIFE = 24 * 60 * 60 * SECOND

/** No token is sent in the last moments of its life: it would expire on its way. */
const LONGEST_LAST_MOMENTS = 2 * SECOND

/** How soon before its end a token is renewed that the server hands out again and again. */
const LONGEST_SAME_TOKEN_MARGIN = 30 * SECOND
const LAST_SECONDS = 10 * SECOND

/** Instants of one life. On whatever clock `start` was read. */
export interface TokenLifetime {
  /** Renew from here on, behind the traffic. */
  refreshAt: number

  /** Not sent from here on. */
  usableUntil: number
  expiresAt: number
}

/** Numbers of seconds since 1970 stay below this for thousands of years; of milliseconds they are above it since 1973. */
const LEAST_MILLISECONDS = 1e11

/** `expires_in` is there and is neither a whole number nor its decimal digits. */
export class InvalidExpiresIn extends Error {
  constructor() {
    super('expires_in is not a whole number of seconds')
  }
}

/**
 * Reads `expires_in` (RFC 6749 §5.1), in seconds. Digits in a string are accepted:
 * some providers' documents show them.
 *
 * @throws {InvalidExpiresIn}
 */
export function parseExpiresIn(value: unknown): number | undefined {
  if (value === undefined) return undefined
  const seconds = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
  if (typeof seconds !== 'number' || !Number.isInteger(seconds) || seconds < 0) {
    throw new InvalidExpiresIn()
  }
  return seconds
}

/**
 * The seconds until an instant that a server has named: seconds or milliseconds since 1970,
 * or ISO 8601.
 *
 * @param date of the server's answer (RFC 9110 §6.6.1), by the clock that named the instant
 * @param now by our own clock, where the answer has no date, in milliseconds since 1970
 * @throws {InvalidExpiresIn} when it is no instant, or past
 */
export function secondsUntil(value: unknown, date: string | undefined, now: number): number {
  const answeredAt = DateTime.fromHTTP(date ?? '')
  const from = answeredAt.isValid ? answeredAt.toMillis() : now
  return parseExpiresIn(Math.floor((instantOf(value) - from) / SECOND))!
}

/**
 * How long a token lives from its request on, in milliseconds.
 *
 * @param asGiven the life is not cut to what is believed of servers
 */
export function lifeOf(
  accessToken: string,
  expiresIn: number | undefined,
  { asGiven = false } = {}
): number {
  const stated = expiresIn === undefined ? lifeInJwt(accessToken) : expiresIn * SECOND
  const longest = asGiven ? Infinity : LONGEST_LIFE
  return Math.min(longest, Math.max(SHORTEST_LIFE, stated ?? UNSTATED_LIFE))
}

/**
 * @param start when the token was requested, in milliseconds
 * @param life in milliseconds
 * @param threshold how long before its end a token is renewed; at most half of its life is used
 */
export function lifetime(
  start: number,
  life: number,
  { threshold, random }: { threshold: number; random: Random }
): TokenLifetime {
  const margin = Math.min(threshold, life / 2) * (1 + random() / 10)
  return {
    refreshAt: start + life - margin,
    usableUntil: usableUntil(start, start + life),
    expiresAt: start + life,
  }
}

export function usableUntil(issuedAt: number, expiresAt: number): number {
  return expiresAt - Math.min(LONGEST_LAST_MOMENTS, (expiresAt - issuedAt) / 10)
}

/**
 * When a server hands out the same token again, with less life: renewing it early would
 * only bring the same token once more, so it is renewed just before its end, and in the
 * last seconds not again until then.
 *
 * @param now on the clock of the lifetimes, in milliseconds
 */
export function lifetimeOfSameToken(
  again: TokenLifetime,
  known: TokenLifetime,
  now: number
): TokenLifetime {
  const shorter = again.expiresAt < known.expiresAt ? again : known
  const rest = shorter.usableUntil - now
  const margin = rest < LAST_SECONDS ? 0 : Math.min(LONGEST_SAME_TOKEN_MARGIN, rest / 10)
  return { ...shorter, refreshAt: shorter.usableUntil - margin }
}

/** NaN when it is none. An ISO 8601 instant without an offset is UTC. */
export function instantOf(value: unknown): number {
  if (typeof value === 'string' && !/^\d{1,15}$/.test(value)) {
    return DateTime.fromISO(value, { zone: 'utc' }).toMillis()
  }
  const stated = parseExpiresIn(value)
  if (stated === undefined) return Number.NaN
  return stated < LEAST_MILLISECONDS ? stated * SECOND : stated
}

/** The claims are read for their arithmetic only; nothing is trusted because of them. */
function lifeInJwt(accessToken: string): number | undefined {
  try {
    const { exp, iat } = decodeJwt<Record<'exp' | 'iat', unknown>>(accessToken)
    if (typeof exp !== 'number' || typeof iat !== 'number') return undefined
    return exp > iat ? (exp - iat) * SECOND : undefined
  } catch {
    return undefined
  }
}
