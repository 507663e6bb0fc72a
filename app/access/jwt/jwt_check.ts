import type { Secret } from '@adonisjs/core/helpers'
import { jwtVerify, type JWTVerifyResult } from 'jose'
import type { Ability } from '#access/abilities'
import { assertAccessToken, scopesOf, subjectOf } from '#access/jwt/access_token_claims'
import { jwtRefusalOf } from '#access/jwt/jwt_refused'
import { RemoteKeySet } from '#access/jwt/remote_key_set'
import { DEFAULT_ALGORITHMS, type TrustedIssuer } from '#access/jwt/trusted_issuer'
import type { Clock } from '#shared/clock'
import type { HttpClient } from '#shared/http_client'

/** Whom an issuer vouches for, and what for. */
export interface VouchedCaller {
  /** `iss` of the token. */
  issuer: string

  /** `sub` of the token: a client, or a person. */
  subject: string

  /** What the scopes of the token allow, before any role is asked. */
  granted: readonly Ability[]
}

/** Clocks of two machines differ by less, in seconds. */
const CLOCK_TOLERANCE = 60

/** Looks into the tokens of one issuer. */
export class JwtCheck {
  readonly #trusted: TrustedIssuer
  readonly #keys: RemoteKeySet
  readonly #clock: Clock

  constructor(trusted: TrustedIssuer, { http, clock }: { http: HttpClient; clock: Clock }) {
    this.#trusted = trusted
    this.#keys = new RemoteKeySet(trusted.jwksUri, { http, clock })
    this.#clock = clock
  }

  /**
   * @throws {JwtRefused}
   * @throws {KeySetUnavailable} when that cannot be known
   */
  async verify(token: Secret<string>): Promise<VouchedCaller> {
    const { issuer, scopeClaim } = this.#trusted
    const { payload, protectedHeader } = await this.#verified(token)
    assertAccessToken(protectedHeader, payload)

    const scopes = scopesOf(payload, scopeClaim ? [scopeClaim] : ['scope', 'scp'])
    return { issuer, subject: subjectOf(payload), granted: this.#abilitiesFor(scopes) }
  }

  async #verified(token: Secret<string>): Promise<JWTVerifyResult> {
    const { issuer, audience, algorithms = DEFAULT_ALGORITHMS } = this.#trusted
    try {
      return await jwtVerify(token.release(), this.#keys.find, {
        issuer,
        audience,
        algorithms: [...algorithms],
        requiredClaims: ['exp', 'sub'],
        currentDate: new Date(this.#clock.now()),
        clockTolerance: CLOCK_TOLERANCE,
      })
    } catch (error) {
      throw jwtRefusalOf(error) ?? error
    }
  }

  #abilitiesFor(scopes: readonly string[]): Ability[] {
    const { abilities } = this.#trusted
    return scopes.flatMap((scope) => (Object.hasOwn(abilities, scope) ? abilities[scope] : []))
  }
}
