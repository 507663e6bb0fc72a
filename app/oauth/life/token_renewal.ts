import type { AccessToken } from '#oauth/life/access_token'
import type { PauseControl } from '#oauth/life/credential_pause'
import { TokenRequestError } from '#oauth/errors'
import type { HeldToken } from '#oauth/life/held_token'
import { KeepWarm } from '#oauth/life/keep_warm'
import { SingleFlight } from '#oauth/life/single_flight'
import { staleServing, type StaleServing } from '#oauth/life/stale_serving'
import { instant, type LastRequest } from '#oauth/life/token_health'
import type { TokenObtainer, Wanted } from '#oauth/life/token_obtainer'
import type { Clock } from '#shared/clock'
import type { EventRecorder } from '#shared/event_recorder'

export interface TokenRenewalParts {
  provider: string
  obtainer: TokenObtainer
  pause: PauseControl
  recorder: EventRecorder
  clock: Clock

  /** False: every call asks for a token of its own. */
  cacheEnabled: boolean

  /** Told of failures that nobody waits for. */
  report: (error: unknown) => void
}

/** How soon a renewal is tried again that failed for a reason of our own, in milliseconds. */
const HOLD_OFF_MS = 1_000

/** Tokens that live shorter than this are obtained when they are needed, and not kept warm. */
const SHORT_LIFE_MS = 60_000

/** Brings new tokens to where the held one is kept: one at a time, and before they are missed. */
export class TokenRenewal {
  readonly #parts: TokenRenewalParts
  readonly #held: HeldToken
  readonly #flight = new SingleFlight<AccessToken>()
  readonly #staleServing: StaleServing
  readonly #keepWarm: KeepWarm
  #lastRequest?: LastRequest
  #holdOffUntil = 0

  constructor(parts: TokenRenewalParts, held: HeldToken) {
    this.#parts = parts
    this.#held = held
    this.#staleServing = staleServing(parts.provider, parts.recorder)
    this.#keepWarm = new KeepWarm(parts.clock, () => this.behind())
  }

  get busy(): boolean {
    return this.#flight.busy
  }

  get lastRequest(): LastRequest | undefined {
    return this.#lastRequest
  }

  /** A token, together with whoever else wants one now. Without a cache, one for this caller alone. */
  obtain(wanted: Wanted): Promise<AccessToken> {
    const start = () => this.#obtain(wanted)
    return this.#parts.cacheEnabled ? this.#flight.run(start) : start()
  }

  /** As {@link obtain}, whatever the store or a pause say. */
  force(wanted: Wanted): Promise<AccessToken> {
    return this.#flight.run(() => this.#track(this.#parts.obtainer.force(wanted)))
  }

  /** Renews while callers are served. Failures are recorded and pause the credential. */
  behind(): void {
    const { pause, clock, report } = this.#parts
    if (this.#flight.busy) return this.#tryLater()
    if (this.#held.state === 'fresh') return this.#warm(this.#held.current!)
    if (pause.known || clock.monotonic() < this.#holdOffUntil) return this.#tryLater()

    const reasonCode = this.#held.current ? 'due' : 'absent'
    this.#flight
      .run(() => this.#obtain({ reasonCode, cause: {} }))
      .catch((error) => {
        this.#holdOffUntil = clock.monotonic() + HOLD_OFF_MS
        this.#tryLater()
        report(error)
      })
  }

  /** Takes a token into use that another process brought. */
  async bring(token: AccessToken): Promise<void> {
    if (this.#lastRequest?.outcome === 'failure') this.#lastRequest = undefined
    await this.#hold(token, 'renewed')
  }

  /** The held token was given up: nothing is kept warm any more. */
  rest(): void {
    this.#keepWarm.stop()
  }

  /** The held token was cleared by somebody. */
  async cleared(): Promise<void> {
    await this.#staleServing.end('cleared')
  }

  /** Resolves when no token request is in the air. */
  settled(): Promise<void> {
    return this.#flight.landed()
  }

  #obtain(wanted: Wanted): Promise<AccessToken> {
    const { current, forgotten } = this.#held
    const known = this.#parts.cacheEnabled ? current : undefined
    return this.#track(this.#parts.obtainer.obtain({ known, forgotten, ...wanted }))
  }

  async #track(obtaining: Promise<AccessToken>): Promise<AccessToken> {
    const { clock } = this.#parts
    const at = instant(clock.now())
    const startedAt = clock.monotonic()
    const took = () => Math.round(clock.monotonic() - startedAt)

    try {
      const token = await obtaining
      const inTime = this.#held.usable !== undefined
      this.#lastRequest = { at, outcome: 'success', durationMs: took() }
      await this.#hold(token, inTime ? 'renewed' : 'expired')
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

  async #hold(token: AccessToken, reasonCode: 'renewed' | 'expired'): Promise<void> {
    this.#held.hold(token)
    if (this.#parts.cacheEnabled) this.#warm(token)
    await this.#staleServing.end(reasonCode)
  }

  async #noteOutage(reason: string): Promise<void> {
    if (!this.#parts.cacheEnabled) return

    const token = this.#held.usable
    if (token) await this.#staleServing.begin(token, reason)
    else await this.#staleServing.end('expired')
  }

  #warm(token: AccessToken): void {
    const life = token.record.expiresAt - token.record.issuedAt
    if (life >= SHORT_LIFE_MS) this.#keepWarm.in(token.untilDue(this.#parts.clock))
  }

  #tryLater(): void {
    const { pause } = this.#parts
    const paused = pause.known ? pause.remainingMs(pause.known) : 0
    this.#keepWarm.unlessSet(Math.max(paused, HOLD_OFF_MS))
  }
}
