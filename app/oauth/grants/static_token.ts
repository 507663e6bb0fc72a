import type { GivenToken } from '#oauth/credentials/kinds'
import type { Grant, IssuedToken } from '#oauth/contracts'
import { TokenRequestError } from '#oauth/errors'
import type { GrantContext, GrantFactory } from '#oauth/provider_config'

export interface StaticTokenOptions {
  /** How long before its end the token is given up, in milliseconds. Default: 5 min. */
  safetyBufferMs?: number

  /** When the credentials are read again if they name no end, in milliseconds. Default: 24 h. */
  defaultLifeMs?: number
}

/** A token that a person has been given, and that stands among the credentials. Asks nobody. */
export function staticToken(options: StaticTokenOptions = {}): GrantFactory {
  const factory: GrantFactory = (context) => new StaticTokenGrant(context, options)
  factory.needsNoEndpoint = true
  return factory
}

const SECOND = 1000
const SAFETY_BUFFER_MS = 5 * 60 * SECOND
const DEFAULT_LIFE_MS = 24 * 60 * 60 * SECOND

class StaticTokenGrant implements Grant {
  readonly type = 'static_token'
  readonly #context: GrantContext
  readonly #options: StaticTokenOptions

  constructor(context: GrantContext, options: StaticTokenOptions) {
    this.#context = context
    this.#options = options
  }

  async obtain(): Promise<IssuedToken> {
    const { credentials, clock, scope } = this.#context
    const found = await credentials.find()
    if (!('token' in found)) {
      throw new TokenRequestError({ verdict: 'terminal', reason: 'credentials_unfit' })
    }

    const requestedAt = clock.now()
    return {
      accessToken: found.token,
      tokenType: 'Bearer',
      scope,
      expiresIn: this.#remaining(found, requestedAt),
      lifeAsGiven: true,
      requestedAt,
      requestedAtMonotonic: clock.monotonic(),
    }
  }

  #remaining({ expiresAt }: GivenToken, now: number): number {
    const { safetyBufferMs = SAFETY_BUFFER_MS, defaultLifeMs = DEFAULT_LIFE_MS } = this.#options
    const life = expiresAt === undefined ? defaultLifeMs : expiresAt - safetyBufferMs - now
    if (life >= SECOND) return Math.floor(life / SECOND)
    throw new TokenRequestError({ verdict: 'terminal', reason: 'static_token_expired' })
  }
}
