import type { AccessToken } from '#oauth/access_token'
import { tokenEvents, type Cause } from '#oauth/events'
import { HeldToken } from '#oauth/held_token'
import { Patience } from '#oauth/patience'
import { tokenHealth, type TokenHealth, type TokenInfo } from '#oauth/token_health'
import type { SharedToken } from '#oauth/shared_token'
import { TokenSync } from '#oauth/token_sync'
import { TokenRenewal, type TokenRenewalParts } from '#oauth/token_renewal'
import { RecordingUnavailable } from '#shared/event_recorder'

export interface TokenServiceParts extends TokenRenewalParts {
  /** Names the token in the store. */
  key: string
  shared: SharedToken

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

  /** Through which this service learns what other processes did. */
  readonly sync: TokenSync

  /** The API has refused a token, and nothing was sent successfully since. */
  #suspect = false

  constructor(parts: TokenServiceParts) {
    this.#parts = parts
    this.#held = new HeldToken(parts.clock)
    this.#renewal = new TokenRenewal(parts, this.#held)
    this.#patience = new Patience(parts)
    this.sync = new TokenSync({ ...parts, held: this.#held, renewal: this.#renewal })
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

  /** Asks the provider for a new token, whatever is in hand and whatever pause is in force. */
  refreshToken(cause: Cause = {}): Promise<AccessToken> {
    return this.#refreshNow(cause)
  }

  /** Forgets the token, here and for all other processes. The next caller waits for a new one. */
  async clearToken(cause: Cause = {}): Promise<void> {
    const { recorder, provider, shared } = this.#parts
    const stored = await shared.read()
    const token = this.#held.current?.record ?? stored ?? undefined
    await recorder.record(tokenEvents.cleared(provider, { token, reasonCode: 'requested', cause }))

    await this.#forget()
    if (stored) await shared.remove(stored.fingerprint)
    await this.#renewal.cleared()
  }

  /**
   * The API refused this token. It is forgotten if it is still the current one; a late
   * refusal of an older token changes nothing. A replacement that is refused in its turn,
   * before anything was sent with it, pauses the credential.
   */
  async invalidate(rejected: AccessToken, cause: Cause = {}): Promise<void> {
    if (!this.#held.is(rejected)) return
    const { recorder, provider, pause } = this.#parts
    const refusedAgain = this.#suspect
    this.#suspect = true

    // Both take effect at once in this process; what is awaited is that the store knows.
    const [paused] = await Promise.all([
      refusedAgain ? pause.begin({ verdict: 'rejected', reason: 'token_rejected' }) : undefined,
      this.#forget(),
    ])

    await recorder.record(
      tokenEvents.cleared(provider, {
        token: rejected.record,
        reasonCode: 'rejected_by_api',
        cause,
      })
    )
    if (paused) await recorder.record(tokenEvents.paused(provider, paused, cause))
  }

  /** The API accepted this token. */
  confirm(accepted: AccessToken): void {
    if (this.#held.is(accepted)) this.#suspect = false
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
    this.#parts.obtainer.close()
    await this.settled()
    this.#renewal.rest()
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

  /** Forgotten here before the first await: nobody is served the token meanwhile. */
  async #forget(): Promise<void> {
    const token = this.#held.forget()
    this.#renewal.rest()
    if (token) await this.#parts.shared.remove(token.fingerprint)
  }
}
