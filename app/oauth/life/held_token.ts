import type { AccessToken, TokenState } from '#oauth/life/access_token'
import { tokenInfo, type TokenInfo } from '#oauth/life/token_health'
import type { Clock } from '#shared/clock'

/** The token that this process holds, and when it was used. */
export class HeldToken {
  readonly #clock: Clock
  #token?: AccessToken

  /** The answer to most calls, made once per token: handing it out allocates nothing. */
  #answer?: Promise<AccessToken>
  #lastUsedAt = 0
  readonly #madeAt: number
  #forgotten?: string

  constructor(clock: Clock) {
    this.#clock = clock
    this.#madeAt = clock.now()
  }

  /** The last token, usable or not. */
  get current(): AccessToken | undefined {
    return this.#token
  }

  get usable(): AccessToken | undefined {
    return this.state === 'absent' ? undefined : this.#token
  }

  get state(): TokenState {
    return this.#token?.state(this.#clock) ?? 'absent'
  }

  /** Fingerprint of the token that was forgotten last: it is not to be used again. */
  get forgotten(): string | undefined {
    return this.#forgotten
  }

  /** Whether it was neither used nor made so many milliseconds ago or later. */
  untouchedFor(ms: number): boolean {
    return this.#clock.now() - Math.max(this.#lastUsedAt, this.#madeAt) >= ms
  }

  get info(): TokenInfo {
    return tokenInfo(this.#token, { clock: this.#clock, lastUsedAt: this.#lastUsedAt })
  }

  /** The token if it is fresh: the path that nearly every call takes. */
  serveFresh(): Promise<AccessToken> | undefined {
    const now = this.#clock.now()
    if (!this.#token?.isFresh(now, this.#clock.monotonic())) return undefined

    this.#lastUsedAt = now
    return this.#answer
  }

  /** The token if it is usable and has this much life left, in milliseconds. */
  livingFor(minValidity: number): AccessToken | undefined {
    const token = this.usable
    return token?.lastsFor(minValidity, this.#clock) ? token : undefined
  }

  is(token: AccessToken): boolean {
    return this.#token?.fingerprint === token.fingerprint
  }

  hold(token: AccessToken): void {
    this.#token = token
    this.#answer = Promise.resolve(token)
  }

  forget(): AccessToken | undefined {
    const token = this.#token
    if (token) this.#forgotten = token.fingerprint
    this.#token = undefined
    this.#answer = undefined
    return token
  }

  /** Notes that the token is about to be used, and hands it on. */
  use(token: AccessToken): AccessToken {
    this.#lastUsedAt = this.#clock.now()
    return token
  }
}
