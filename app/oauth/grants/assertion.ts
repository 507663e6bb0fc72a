import { createHash } from 'node:crypto'
import type { Secret } from '@adonisjs/core/helpers'
import { decodeJwt } from 'jose'
import type { IssuedToken } from '#oauth/contracts'
import { TokenRequestError } from '#oauth/errors'
import type { GrantContext } from '#oauth/provider_config'

/**
 * @throws {TokenRequestError} when the token was asked for without saying for whom
 */
export function assertionOf({ assertion }: GrantContext): Secret<string> {
  if (assertion) return assertion
  throw new TokenRequestError({ verdict: 'terminal_for_key', reason: 'assertion_missing' })
}

/**
 * A token that was had for an assertion ends with it at the latest: who brings one that has
 * ended is acted for no more. An assertion that names no end, or is no JWT, leaves it as it is.
 */
export function endingWith(issued: IssuedToken, { assertion, clock }: GrantContext): IssuedToken {
  const end = endOf(assertion)
  if (end === undefined) return issued
  const remaining = Math.max(0, Math.floor(end - clock.now() / 1000))
  return { ...issued, expiresIn: Math.min(issued.expiresIn ?? remaining, remaining) }
}

/** Read for its arithmetic only: whether the assertion is good is for the provider to say. */
function endOf(assertion: Secret<string> | undefined): number | undefined {
  try {
    const { exp } = decodeJwt<{ exp?: unknown }>(assertion?.release() ?? '')
    return typeof exp === 'number' && Number.isFinite(exp) ? exp : undefined
  } catch {
    return undefined
  }
}

/** Tells secrets apart that are long and random, and says nothing about them. */
export function digestOf(secret: Secret<string> | undefined): string {
  return secret ? createHash('sha256').update(secret.release()).digest('hex') : ''
}
