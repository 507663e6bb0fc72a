import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'

export interface IssuedToken {
  token: string

  /** Seconds from now, rounded down. */
  expiresIn: number
}

export interface TokenIssuerOptions {
  clientId: string
  now: () => number
}

type TokenState = { expiresAt: number; revoked: boolean }

/** Older tokens are forgotten, and are then unknown rather than expired. */
const REMEMBERED_TOKENS = 10_000

/** Signs tokens with the header and the claims of the recorded ones, and remembers them. */
export class TokenIssuer {
  readonly #options: TokenIssuerOptions
  readonly #signingKey = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey
  readonly #keyId = randomUUID()
  readonly #applicationId = randomUUID()
  readonly #issued = new Map<string, TokenState>()
  #latest: { token: string; expiresAt: number } | undefined

  constructor(options: TokenIssuerOptions) {
    this.#options = options
  }

  async issue(lifeSeconds: number): Promise<IssuedToken> {
    const now = this.#options.now()
    const expiresAt = now + lifeSeconds * 1000
    const token = await this.#sign(Math.floor(now / 1000), lifeSeconds)

    this.#remember(token, expiresAt)
    return { token, expiresIn: lifeSeconds }
  }

  /** The token issued last, while it is good for another second. */
  latest(): IssuedToken | undefined {
    if (!this.#latest || this.check(this.#latest.token) !== 'valid') return

    const expiresIn = Math.floor((this.#latest.expiresAt - this.#options.now()) / 1000)
    return expiresIn < 1 ? undefined : { token: this.#latest.token, expiresIn }
  }

  check(token: string): 'valid' | 'expired' | 'invalid' {
    const state = this.#issued.get(digest(token))
    if (!state || state.revoked) return 'invalid'
    return state.expiresAt <= this.#options.now() ? 'expired' : 'valid'
  }

  revokeAll(): void {
    for (const state of this.#issued.values()) state.revoked = true
  }

  expireAll(): void {
    for (const state of this.#issued.values()) state.expiresAt = Number.NEGATIVE_INFINITY
  }

  #sign(issuedAt: number, lifeSeconds: number): Promise<string> {
    const { clientId } = this.#options
    const header = { ver: '1.0', typ: 'JWT', alg: 'ES384', kid: this.#keyId }
    const claims = {
      app_name: 'Orange SMS sandbox',
      sub: clientId,
      iss: 'https://api.orange.com/oauth/v3',
      exp: issuedAt + lifeSeconds,
      app_id: this.#applicationId,
      iat: issuedAt,
      client_id: clientId,
      jti: randomUUID(),
    }
    return new SignJWT(claims).setProtectedHeader(header).sign(this.#signingKey)
  }

  #remember(token: string, expiresAt: number): void {
    this.#issued.set(digest(token), { expiresAt, revoked: false })
    this.#latest = { token, expiresAt }

    if (this.#issued.size > REMEMBERED_TOKENS) {
      this.#issued.delete(this.#issued.keys().next().value!)
    }
  }
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('base64')
}
