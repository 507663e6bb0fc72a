import { AccessToken } from '#oauth/life/access_token'
import type { IssuedToken } from '#oauth/contracts'
import { lifeOf, lifetime, lifetimeOfSameToken } from '#oauth/life/token_lifetime'
import type { Random } from '#shared/backoff'
import type { Clock } from '#shared/clock'
import type { KeyedDigest } from '#shared/keyed_digest'

export interface NewTokenParts {
  provider: string
  tenant?: string
  clock: Clock
  random: Random
  fingerprints: KeyedDigest

  /** How long before its end a token is renewed, in milliseconds. */
  refreshThresholdMs: number
}

/**
 * Gives an issued token its name and its life.
 *
 * @param known the token that it replaces: a server may hand out the same one again
 */
export function newToken(
  issued: IssuedToken,
  known: AccessToken | undefined,
  { provider, tenant, clock, random, fingerprints, refreshThresholdMs: threshold }: NewTokenParts
): AccessToken {
  const { accessToken, tokenType, scope, requestedAt: issuedAt } = issued
  const text = accessToken.release()
  const fingerprint = fingerprints.of(text)
  const length = lifeOf(text, issued.expiresIn, { asGiven: issued.lifeAsGiven })
  const life = lifetime(issuedAt, length, { threshold, random })

  const handedOutAgain = known?.fingerprint === fingerprint && known.state(clock) !== 'absent'
  const { refreshAt, expiresAt } = handedOutAgain
    ? lifetimeOfSameToken(life, { ...known.record, usableUntil: known.usableUntil }, issuedAt)
    : life

  const instants = { issuedAt, refreshAt, expiresAt }
  return new AccessToken(
    { accessToken, tokenType, scope, fingerprint, ...instants, provider, tenant },
    issued.requestedAtMonotonic
  )
}
