import type { AccessToken } from '#oauth/life/access_token'
import { tokenEvents, type Cause } from '#oauth/events'
import { HeldToken } from '#oauth/life/held_token'
import { Patience } from '#oauth/life/patience'
import { tokenHealth, type TokenHealth, type TokenInfo } from '#oauth/life/token_health'
import type { TokenRequestFacts } from '#oauth/errors'
import { TokenRejection } from '#oauth/life/token_rejection'
import type { SharedToken } from '#oauth/life/shared_token'
import { TokenClearing } from '#oauth/life/token_clearing'
import { TokenSync } from '#oauth/life/token_sync'
import { TokenRenewal, type TokenRenewalParts } from '#oauth/life/token_renewal'
import type { TokenRevocation } from '#oauth/life/token_revocation'
import { RecordingUnavailable } from '#shared/event_recorder'

export interface TokenServiceParts extends TokenRenewalParts {
  /** Names the token in the store. */
  key: string
  shared: SharedToken

  /** Tells the provider of tokens that were cleared. Absent where it cannot be told. */
  revocation?: TokenRevocation

  /** How long a caller waits for a token, in milliseconds. */
  waitMs: number
}

export interface TokenRequest extends Cause {
  /** The life that the token must have left, in milliseconds; at most nine tenths of its whole life count. */
  minValidity?: number

  /** Ask the provider even though a token is in hand. */
  forceRefresh?: boolean

  /** How long the caller can wait for a token, in milliseconds, if that is less than `waitMs`. */
  longestWaitMs?: number
}

const NOTHING_SPECIAL: TokenRequest = Object.freeze({})

/**
 * The life of one token: obtained when it is first needed, renewed behind the traffic,
 * served to its end, forgotten when the API refuses it.
 */
export class OAuthTokenService {
  readonly #parts: TokenServiceParts
  readonly #held: HeldToken
  readonly #renewal: TokenRenewal
  readonly #patience: Patience
  readonly #rejection: TokenRejection
  readonly #clearing: TokenClearing

  /** Through which this service learns what other processes did. */
  readonly sync: TokenSync

  constructor(parts: TokenServiceParts) {
    this.#parts = parts
    this.#held = new HeldToken(parts.clock)
    this.#renewal = new TokenRenewal(parts, this.#held)
    this.#patience = new Patience(parts)
    const inHand = { ...parts, held: this.#held, renewal: this.#renewal }
    this.sync = new TokenSync(inHand)
    this.#rejection = new TokenRejection(inHand)
    this.#clearing = new TokenClearing({ ...inHand, rejection: this.#rejection })
  }

  /**
   * A token that can be sent now.
   *
   * @throws {TokenUnavailable} when none can be had in time; says when to try again
   * @throws {TokenRequestError} when a forced request failed; the old token is kept
   * @throws {RecordingUnavailable} when asking for one could not be recorded
   */
  getAccessToken(request: TokenRequest = NOTHING_SPECIAL): Promise<AccessToken> {
    if (request.forceRefresh) return this.#refreshNow(request)
    if (request.minValidity || !this.#parts.cacheEnabled) return this.#getUnusually(request)
    return this.#held.serveFresh() ?? this.#getUnusually(request)
  }

  /** Has a token brought before anybody asks for one, and waits for nothing. */
  prefetch(): void {
    if (this.#parts.cacheEnabled) this.#renewal.behind()
  }

  /** Asks the provider for a new token, whatever is in hand and whatever pause is in force. */
  refreshToken(cause: Cause = {}): Promise<AccessToken> {
    return this.#refreshNow(cause)
  }

  /**
   * Forgets the token, here and for all other processes, and has the provider revoke it where
   * that can be (RFC 7009). The next caller waits for a new one.
   *
   * @throws {RecordingUnavailable} before anything is forgotten; or after it, when it cannot be
   *   recorded what the provider said
   */
  clearToken(cause: Cause = {}): Promise<void> {
    return this.#clearing.run(cause)
  }

  /** As {@link clearToken}, without a word to the provider. */
  async forgetToken(cause: Cause): Promise<void> {
    await this.#clearing.forget(cause)
  }

  /**
   * The API refused this token. It is forgotten if it is still the current one; a late
   * refusal of an older token changes nothing. A replacement that is refused in its turn,
   * before anything was sent with it, pauses the credential.
   */
  invalidate(rejected: AccessToken, cause: Cause = {}): Promise<void> {
    return this.#rejection.invalidate(rejected, cause)
  }

  /**
   * The API refused this token for a reason that no other token mends, as
   * {@link credentialTrouble} tells: it is forgotten, the credential is paused, and an event
   * of high severity says so.
   */
  refuse(rejected: AccessToken, facts: TokenRequestFacts, cause: Cause = {}): Promise<void> {
    return this.#rejection.refuse(rejected, facts, cause)
  }

  /** The API accepted this token. */
  confirm(accepted: AccessToken): void {
    this.#rejection.confirm(accepted)
  }

  /**
   * Resolves when something can be sent: a usable token is in hand, or could be had.
   * Without a cache it asks for none, since whoever sends will ask for one.
   */
  async ensureAvailable(cause: Cause = {}): Promise<void> {
    if (this.#parts.cacheEnabled) await this.getAccessToken(cause)
    else await this.#patience.outlastPause()
  }

  isTokenValid(): boolean {
    return this.#held.state !== 'absent'
  }

  shouldRefreshToken(): boolean {
    return this.#held.state === 'due'
  }

  getTokenInfo(): TokenInfo {
    return this.#held.info
  }

  /** Why the provider refuses this token, while it may give others to the same client. */
  get refusedGrant(): string | undefined {
    return this.#parts.pause.own?.reason
  }

  /** Learns what the store knows, and asks no provider. */
  async look(): Promise<void> {
    await this.#parts.pause.current()
    await this.sync.adopt()
  }

  /** What is known without asking anybody. */
  healthCheck(): TokenHealth {
    const { clock, pause } = this.#parts
    const { lastRequest } = this.#renewal
    return tokenHealth(this.#held.current, { clock, pauses: pause, lastRequest })
  }

  /** Whether nobody has used the token, or asked for it, for so many milliseconds. */
  idleFor(ms: number): boolean {
    return !this.#renewal.busy && this.#held.untouchedFor(ms)
  }

  /** Resolves when no token request is in the air. */
  settled(): Promise<void> {
    return this.#renewal.settled()
  }

  /** Stops renewing; resolves when no request is in the air any more. */
  async close(): Promise<void> {
    this.#parts.obtainer.stopWaiting()
    await this.settled()
    await this.#parts.obtainer.close()
    this.#renewal.rest()
  }

  /** What is exchanged for the token is another one from now on: that the one before was refused is over. */
  async grantChanged(): Promise<void> {
    await this.#parts.pause.endOwn?.()
  }

  /** After {@link close}, where nobody will ask for this token again: the store forgets it, too. */
  async leaveNothing(): Promise<void> {
    const { shared, pause } = this.#parts
    await Promise.all([shared.discard(), pause.discard?.()])
  }

  async #getUnusually(request: TokenRequest): Promise<AccessToken> {
    if (!this.#parts.cacheEnabled) return this.#wait('uncached', request)

    const token = this.#held.livingFor(request.minValidity ?? 0)
    if (!token) return this.#wait(this.isTokenValid() ? 'min_validity' : 'absent', request)

    if (this.#held.state === 'due') this.#renewal.behind()
    return this.#held.use(token)
  }

  async #wait(reasonCode: string, cause: TokenRequest): Promise<AccessToken> {
    const before = this.#held.current

    const obtain = async () =>
      this.#broughtSince(before, cause) ??
      this.#renewal.obtain({ reasonCode, cause, minValidity: cause.minValidity })
    const token = await this.#patience.for(obtain, cause.longestWaitMs)
    return this.#held.use(token)
  }

  /** While a caller sat out a pause, another one may have brought what both want. */
  #broughtSince(
    before: AccessToken | undefined,
    { minValidity = 0 }: TokenRequest
  ): AccessToken | undefined {
    if (!this.#parts.cacheEnabled || this.#held.current === before) return undefined
    return this.#held.livingFor(minValidity)
  }

  async #refreshNow(cause: Cause): Promise<AccessToken> {
    const { recorder, provider } = this.#parts
    await recorder.record(tokenEvents.refreshRequested(provider, cause))
    const previous = this.#held.current

    try {
      const wanted = { reasonCode: 'forced', cause, known: previous }
      const token = await this.#patience.within(this.#renewal.force(wanted))
      await recorder.record(tokenEvents.forceRefreshed(provider, { cause, token, previous }))
      return token
    } catch (error) {
      if (!(error instanceof RecordingUnavailable)) {
        await recorder.record(tokenEvents.forceRefreshed(provider, { cause, previous }))
      }
      throw error
    }
  }
}
