import { createRemoteJWKSet, customFetch, errors, jwtVerify, type JWTPayload } from 'jose'
import type { IssuedToken } from '#oauth/contracts'
import { TokenRequestError } from '#oauth/errors'
import { fetchThrough } from '#oauth/wire/fetch_through'
import type { TokenVerdict } from '#oauth/life/pause'
import type { Clock } from '#shared/clock'
import type { HttpClient } from '#shared/http_client'
import { TransportError } from '#shared/transport_error'

/** What the JWTs of a provider must say of themselves (RFC 9068 §4). */
export interface TokenChecks {
  /** Where the provider publishes the keys that it signs with (RFC 7517 §5). */
  jwksUri: string
  issuer: string
  audience?: string

  /** Scopes that must have been granted, space-separated. */
  scope?: string
}

/** How long the key set may take, in milliseconds. Comes on top of the token request, within the same lease. */
const KEY_SET_DEADLINE_MS = 4_000

/** Clocks of two machines differ by less, in seconds. */
const CLOCK_TOLERANCE = 60

type Failure = [verdict: TokenVerdict, reason: string]

/** Whoever issues such a token again brings the same once more: a person has to look. */
const CLAIM_FAILURES: Record<string, Failure> = {
  iss: ['terminal', 'wrong_issuer'],
  aud: ['terminal', 'wrong_audience'],
}

const REJECTED: Failure = ['transient', 'rejected_response']

/** The first kind that an error is of decides. */
const FAILURES: [kind: abstract new (...parts: never[]) => Error, failure: Failure][] = [
  [errors.JWSSignatureVerificationFailed, ['terminal', 'bad_signature']],
  [errors.JOSENotSupported, ['terminal', 'bad_signature']],
  [errors.JWKSNoMatchingKey, ['transient', 'unknown_signing_key']],
  [errors.JWTExpired, REJECTED],
  [errors.JWTInvalid, REJECTED],
  [errors.JWSInvalid, REJECTED],
  [errors.JOSEError, ['transient', 'key_set_unavailable']],
  [TransportError, ['transient', 'key_set_unavailable']],
]

/** Looks into the tokens of one provider before they are used. */
export class TokenCheck {
  readonly #checks: TokenChecks
  readonly #clock: Clock
  readonly #keys: ReturnType<typeof createRemoteJWKSet>

  constructor(checks: TokenChecks, { http, clock }: { http: HttpClient; clock: Clock }) {
    this.#checks = checks
    this.#clock = clock
    this.#keys = createRemoteJWKSet(new URL(checks.jwksUri), {
      [customFetch]: fetchThrough(http, KEY_SET_DEADLINE_MS),
    })
  }

  /**
   * @throws {TokenRequestError} when the token is not what it should be, or that cannot be known
   */
  async pass({ accessToken }: IssuedToken): Promise<void> {
    const { issuer, audience, scope } = this.#checks
    const claims = await this.#verify(accessToken.release(), { issuer, audience })

    const granted = scopesOf(claims)
    const missing = scope?.split(' ').some((each) => !granted.includes(each))
    if (missing) throw toTokenRequestError(['terminal', 'wrong_scope'])
  }

  async #verify(token: string, wanted: { issuer: string; audience?: string }): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, this.#keys, {
        ...wanted,
        currentDate: new Date(this.#clock.now()),
        clockTolerance: CLOCK_TOLERANCE,
        requiredClaims: ['exp'],
      })
      return payload
    } catch (error) {
      const failure = failureOf(error)
      throw failure ? toTokenRequestError(failure) : error
    }
  }
}

/** `scope` is RFC 9068's, as one text; `scp` is what some servers write, as a text or a list. */
function scopesOf({ scope, scp }: JWTPayload): string[] {
  return [scope, scp].flat().flatMap((each) => (typeof each === 'string' ? each.split(' ') : []))
}

/** What the library says of a token may quote it: only the kind of failure is kept. */
function failureOf(error: unknown): Failure | undefined {
  if (error instanceof errors.JWTClaimValidationFailed) {
    return CLAIM_FAILURES[error.claim] ?? REJECTED
  }
  const known = FAILURES.find(([kind]) => error instanceof kind)
  return known?.[1]
}

function toTokenRequestError([verdict, reason]: Failure): TokenRequestError {
  return new TokenRequestError({ verdict, reason })
}
