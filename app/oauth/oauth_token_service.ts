import type { AccessToken } from '#oauth/access_token'
import type { TokenStore } from '#oauth/contracts'
import type { CredentialPause } from '#oauth/credential_pause'
import { TokenRequestError } from '#oauth/errors'
import { tokenEvents, type Cause } from '#oauth/events'
import { KeepWarm } from '#oauth/keep_warm'
import { SingleFlight } from '#oauth/single_flight'
import { StaleServing } from '#oauth/stale_serving'
import {
  instant,
  tokenHealth,
  tokenInfo,
  type LastRequest,
  type TokenHealth,
  type TokenInfo,
} from '#oauth/token_health'
import type { TokenObtainer, Wanted } from '#oauth/token_obtainer'
import { Patience } from '#oauth/patience'
import type { Clock } from '#shared/clock'
import { RecordingUnavailable, type EventRecorder } from '#shared/event_recorder'

export interface TokenServiceParts {
  provider: string
  key: string
  obtainer: TokenObtainer
  store: TokenStore
  pause: CredentialPause
  recorder: EventRecorder
  clock: Clock

  /** False: every call asks for a token of its own. */
  cacheEnabled: boolean

  /** How long a caller waits for a token, in milliseconds. */
  waitMs: number

  /** Told of failures that nobody waits for. */
  report: (error: unknown) => void
}

export interface TokenRequest extends Cause {
  /** The life that the token must have left, in milliseconds; at most nine tenths of its whole life count. */
  minValidity?: number

  /** Ask the provider even though a token is in hand. */
  forceRefresh?: boolean
}

const NOTHING_SPECIAL: TokenRequest = Object.freeze({})

/** How soon a renewal is tried again that failed for a reason of our own, in milliseconds. */
const HOLD_OFF_MS = 1_000

/**
 * The life of one token: obtained when it is first needed, renewed behind the traffic,
 * served to its end, forgotten when the API refuses it.
 */
export class OAuthTokenService {
  readonly #parts: TokenServiceParts
  readonly #flight = new SingleFlight<AccessToken>()
  readonly #patience: Patience
  readonly #staleServing: StaleServing
  readonly #keepWarm: KeepWarm

  #token?: AccessToken

  /** The answer to most calls, made once per token: handing it out allocates nothing. */
  #answer?: Promise<AccessToken>

  /** Fingerprint of the token that was cleared last: it is not taken from the store again. */
  #forgotten?: string
  #lastUsedAt = 0
  #lastRequest?: LastRequest

  /** The API has refused a token, and nothing was sent successfully since. */
  #suspect = false
  #holdOffUntil = 0

  constructor(parts: TokenServiceParts) {
    this.#parts = parts
    this.#patience = new Patience(parts)
    this.#staleServing = new StaleServing(parts.provider, parts.recorder)
    this.#keepWarm = new KeepWarm(parts.clock, () => this.#renewBehind())
  }

  /**
   * A token that can be sent now.
   *
   * @throws {TokenUnavailable} when none can be had in time; says when to try again
   * @throws {TokenRequestError} when a forced request failed; the old token is kept
   * @throws {RecordingUnavailable} when asking for one could not be recorded
   */
  getAccessToken(request: TokenRequest = NOTHING_SPECIAL): Promise<AccessToken> {
    const now = this.#parts.clock.now()
    const served =
      this.#token?.isFresh(now, this.#parts.clock.monotonic()) &&
      !request.forceRefresh &&
      !request.minValidity

    if (!served || !this.#answer) return this.#getUnusually(request)
    this.#lastUsedAt = now
    return this.#answer
  }

  /** Asks the provider for a new token, whatever is in hand and whatever pause is in force. */
  refreshToken(cause: Cause = {}): Promise<AccessToken> {
    return this.getAccessToken({ ...cause, forceRefresh: true })
  }

  /** Forgets the token. The next caller waits for a new one. */
  async clearToken(cause: Cause = {}): Promise<void> {
    const { recorder, provider } = this.#parts
    const token = this.#token
    await recorder.record(tokenEvents.cleared(provider, { token, reasonCode: 'requested', cause }))
    await this.#forget()
    await this.#staleServing.end('cleared')
  }

  /**
   * The API refused this token. It is forgotten if it is still the current one; a late
   * refusal of an older token changes nothing. A replacement that is refused in its turn,
   * before anything was sent with it, pauses the credential.
   */
  async invalidate(rejected: AccessToken, cause: Cause = {}): Promise<void> {
    if (this.#token?.fingerprint !== rejected.fingerprint) return
    const { recorder, provider, pause } = this.#parts
    const refusedAgain = this.#suspect
    this.#suspect = true

    const forgotten = this.#forget()
    const paused = refusedAgain
      ? pause.begin({ verdict: 'rejected', reason: 'token_rejected' })
      : undefined

    await forgotten
    await recorder.record(
      tokenEvents.cleared(provider, { token: rejected, reasonCode: 'rejected_by_api', cause })
    )
    if (paused) await recorder.record(tokenEvents.paused(provider, await paused, cause))
  }

  /** The API accepted this token. */
  confirm(accepted: AccessToken): void {
    if (this.#token?.fingerprint === accepted.fingerprint) this.#suspect = false
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
    return this.#state() !== 'absent'
  }

  shouldRefreshToken(): boolean {
    return this.#state() === 'due'
  }

  getTokenInfo(): TokenInfo {
    return tokenInfo(this.#token, { clock: this.#parts.clock, lastUsedAt: this.#lastUsedAt })
  }

  /** What is known without asking anybody. */
  healthCheck(): TokenHealth {
    return tokenHealth(this.#token, {
      clock: this.#parts.clock,
      pause: this.#parts.pause.known,
      lastRequest: this.#lastRequest,
    })
  }

  /** Resolves when no token request is in the air. */
  settled(): Promise<void> {
    return this.#flight.landed()
  }

  /** Stops renewing; resolves when no request is in the air any more. */
  async close(): Promise<void> {
    this.#keepWarm.stop()
    await this.settled()
    this.#keepWarm.stop()
  }

  async #getUnusually(request: TokenRequest): Promise<AccessToken> {
    if (request.forceRefresh) return this.#refreshNow(request)
    if (!this.#parts.cacheEnabled) return this.#wait('uncached', request)

    const token = this.#state() === 'absent' ? undefined : this.#token
    if (!token) return this.#wait('absent', request)
    if (!this.#livesLongEnough(token, request.minValidity ?? 0)) {
      return this.#wait('min_validity', request)
    }

    if (this.#state() === 'due') this.#renewBehind()
    return this.#used(token)
  }

  async #wait(reasonCode: string, cause: TokenRequest): Promise<AccessToken> {
    const before = this.#token
    const obtain = () => this.#obtain({ reasonCode, cause })
    const share = () => this.#broughtSince(before, cause) ?? this.#flight.run(obtain)

    const token = await this.#patience.for(this.#parts.cacheEnabled ? share : obtain)
    return this.#used(token)
  }

  /** While a caller sat out a pause, another one may have brought what both want. */
  #broughtSince(
    before: AccessToken | undefined,
    { minValidity = 0 }: TokenRequest
  ): Promise<AccessToken> | undefined {
    const token = this.#token
    if (!token || token === before || this.#state() === 'absent') return undefined
    return this.#livesLongEnough(token, minValidity) ? Promise.resolve(token) : undefined
  }

  async #refreshNow(cause: Cause): Promise<AccessToken> {
    const { recorder, provider, obtainer } = this.#parts
    await recorder.record(tokenEvents.refreshRequested(provider, cause))
    const previous = this.#token

    try {
      const flight = this.#flight.run(() =>
        this.#track(obtainer.force({ reasonCode: 'forced', cause, known: previous }))
      )
      const token = await this.#patience.within(flight)
      await recorder.record(tokenEvents.forceRefreshed(provider, { cause, token, previous }))
      return token
    } catch (error) {
      if (!(error instanceof RecordingUnavailable)) {
        await recorder.record(tokenEvents.forceRefreshed(provider, { cause, previous }))
      }
      throw error
    }
  }

  /** Renews while callers are served. Failures are recorded and pause the credential. */
  #renewBehind(): void {
    const { pause, clock, report } = this.#parts
    if (this.#flight.busy) return
    if (this.#token && this.#state() === 'fresh') return this.#warmUntilDue(this.#token)
    if (pause.known || clock.monotonic() < this.#holdOffUntil) return this.#rearm()

    this.#flight
      .run(() => this.#obtain({ reasonCode: 'due', cause: {} }))
      .catch((error) => {
        this.#holdOffUntil = clock.monotonic() + HOLD_OFF_MS
        this.#rearm()
        report(error)
      })
  }

  #obtain(wanted: Wanted): Promise<AccessToken> {
    const state = { known: this.#token, forgotten: this.#forgotten }
    return this.#track(this.#parts.obtainer.obtain({ ...state, ...wanted }))
  }

  async #track(obtaining: Promise<AccessToken>): Promise<AccessToken> {
    const { clock } = this.#parts
    const at = instant(clock.now())
    const startedAt = clock.monotonic()
    const took = () => Math.round(clock.monotonic() - startedAt)

    try {
      const token = await obtaining
      const inTime = this.isTokenValid()
      this.#lastRequest = { at, outcome: 'success', durationMs: took() }
      this.#hold(token)
      await this.#staleServing.end(inTime ? 'renewed' : 'expired')
      return token
    } catch (error) {
      if (error instanceof TokenRequestError) {
        const { reason } = error.facts
        this.#lastRequest = { at, outcome: 'failure', reason, durationMs: took() }
        await this.#noteOutage(reason)
      }
      throw error
    }
  }

  async #noteOutage(reason: string): Promise<void> {
    if (this.#token && this.isTokenValid()) await this.#staleServing.begin(this.#token, reason)
    else await this.#staleServing.end('expired')
  }

  #hold(token: AccessToken): void {
    this.#token = token
    if (!this.#parts.cacheEnabled) return
    this.#answer = Promise.resolve(token)
    this.#warmUntilDue(token)
  }

  #warmUntilDue(token: AccessToken): void {
    this.#keepWarm.in(token.untilDue(this.#parts.clock))
  }

  /** Forgotten here before the first await: nobody is served the token meanwhile. */
  async #forget(): Promise<void> {
    const token = this.#token
    this.#forgotten = token?.fingerprint
    this.#token = undefined
    this.#answer = undefined
    this.#keepWarm.stop()
    if (token) await this.#parts.store.remove(this.#parts.key, token.fingerprint)
  }

  #rearm(): void {
    const { pause } = this.#parts
    const paused = pause.known ? pause.remainingMs(pause.known) : 0
    this.#keepWarm.in(Math.max(paused, HOLD_OFF_MS))
  }

  #livesLongEnough(token: AccessToken, minValidity: number): boolean {
    const life = token.record.expiresAt - token.record.issuedAt
    return token.remaining(this.#parts.clock) >= Math.min(minValidity, life * 0.9)
  }

  #state() {
    return this.#token?.state(this.#parts.clock) ?? 'absent'
  }

  #used(token: AccessToken): AccessToken {
    this.#lastUsedAt = this.#parts.clock.now()
    return token
  }
}
