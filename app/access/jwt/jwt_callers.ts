import type { Secret } from '@adonisjs/core/helpers'
import { decodeJwt } from 'jose'
import { JwtCheck, type VouchedCaller } from '#access/jwt/jwt_check'
import { JwtRefused } from '#access/jwt/jwt_refused'
import type { TrustedIssuer } from '#access/jwt/trusted_issuer'
import type User from '#access/models/user'
import type { UserStore } from '#access/stores/users'
import type { Clock } from '#shared/clock'
import type { HttpClient } from '#shared/http_client'

/** A caller with a good JWT, and the user that its issuer's callers act as, if there is one. */
export interface JwtCaller extends VouchedCaller {
  user: User | null
}

export interface JwtCallersParts {
  issuers: readonly TrustedIssuer[]
  users: Pick<UserStore, 'findByEmail'>
  http: HttpClient
  clock: Clock
}

/** The compact form of a signed JWT (RFC 7515 §3.1), also without its signature. */
const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]*$/

/** Tells who calls with a JWT of an issuer that is trusted. */
export class JwtCallers {
  readonly #users: Pick<UserStore, 'findByEmail'>
  readonly #trusted: ReadonlyMap<string, { check: JwtCheck; account: string }>

  constructor({ issuers, users, ...needs }: JwtCallersParts) {
    this.#users = users
    this.#trusted = new Map(
      issuers.map((entry) => [
        entry.issuer,
        { check: new JwtCheck(entry, needs), account: entry.account.toLowerCase() },
      ])
    )
  }

  /** Whether this is for {@link verify} to judge. Where no issuer is trusted, nothing is. */
  takes(token: Secret<string>): boolean {
    return this.#trusted.size > 0 && COMPACT.test(token.release())
  }

  /**
   * @throws {JwtRefused}
   * @throws {KeySetUnavailable}
   * @throws {AccessUnavailable}
   */
  async verify(token: Secret<string>): Promise<JwtCaller> {
    const issuer = claimedIssuer(token)
    const trusted = issuer === undefined ? undefined : this.#trusted.get(issuer)
    if (!trusted) throw new JwtRefused('jwt_untrusted_issuer')

    const caller = await trusted.check.verify(token)
    return { ...caller, user: await this.#users.findByEmail(trusted.account) }
  }
}

/** Not verified yet: it tells only whose keys to verify with. */
function claimedIssuer(token: Secret<string>): string | undefined {
  try {
    const { iss } = decodeJwt(token.release())
    return typeof iss === 'string' ? iss : undefined
  } catch {
    throw new JwtRefused('jwt_malformed')
  }
}
