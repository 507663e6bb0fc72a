import { randomUUID } from 'node:crypto'
import type { AccessToken } from '#oauth/life/access_token'
import type { Grant, IssuedToken } from '#oauth/contracts'
import type { PauseControl } from '#oauth/life/credential_pause'
import {
  CredentialsUnreadable,
  StoreUnavailable,
  TenantDisabled,
  TokenRequestError,
  TokenUnavailable,
  UnknownTenant,
  type TokenRequestFacts,
} from '#oauth/errors'
import { credentialEvents } from '#oauth/credential_events'
import { tokenEvents, type Attempt, type Cause } from '#oauth/events'
import { refusesClient } from '#oauth/life/pause'
import type { Clock } from '#shared/clock'
import type { GatewayError } from '#shared/gateway_error'
import type { EventRecorder } from '#shared/event_recorder'

export interface AuditedRequestParts {
  provider: string
  grant: Grant
  pause: Pick<PauseControl, 'begin' | 'end'>
  recorder: EventRecorder
  clock: Clock
}

/** Why a token is asked for. */
export interface Reason {
  /** `absent`, `due`, `forced`, `min_validity`, `uncached`. */
  reasonCode: string
  cause: Cause

  /** The token that is to be replaced. */
  known?: AccessToken
}

/** What whoever asks decides in between. */
export interface RequestSteps {
  /** Whether there is still time to ask: recording may have taken long. */
  mayAsk: () => boolean

  /** Makes a token of what was issued and stores it, before anything is said of it. */
  keep: (issued: IssuedToken) => Promise<KeptToken>
}

/** When to come back where another process may be asking, in milliseconds. */
const COME_BACK_MS = 1_000

/** What became of an issued token. */
export interface KeptToken {
  obtained: AccessToken

  /** The same, or a later one that another process has stored meanwhile. */
  serving: AccessToken
}

/** Clocks are corrected by less than this all the time. */
const CLOCK_JUMP_MS = 5_000

/**
 * One call of a grant with a durable row before it and one after it, and the pause that
 * follows a failure.
 */
export class AuditedRequest {
  readonly #parts: AuditedRequestParts

  constructor(parts: AuditedRequestParts) {
    this.#parts = parts
  }

  /**
   * @throws {TokenRequestError} when the call was made and gave no token
   * @throws {RecordingUnavailable} when the call could not be recorded, and was not made
   */
  async run(
    { reasonCode, cause, known }: Reason,
    { mayAsk, keep }: RequestSteps
  ): Promise<AccessToken> {
    const { provider, grant, pause, recorder, clock } = this.#parts
    const attempt = { ...cause, attemptId: randomUUID(), provider, reasonCode }

    await this.#noticeClockJump(known)
    await recorder.record(tokenEvents.requested(attempt))
    const startedAt = clock.monotonic()

    try {
      if (!mayAsk()) throw new TokenUnavailable('lease_expired', COME_BACK_MS)
      const issued = await grant.obtain()
      const durationMs = Math.round(clock.monotonic() - startedAt)
      const { obtained: token, serving } = await keep(issued)

      await pause.end()
      await recorder.record(
        tokenEvents.obtained(attempt, { token, previous: known?.fingerprint, durationMs })
      )
      return serving
    } catch (error) {
      const durationMs = Math.round(clock.monotonic() - startedAt)
      if (error instanceof TokenRequestError) await this.#fail(attempt, error.facts, durationMs)
      if (isOurs(error)) {
        const facts = { verdict: 'terminal_for_key' as const, reason: error.code! }
        await recorder.record(tokenEvents.requestFailed(attempt, facts, durationMs))
      }
      throw error
    }
  }

  /** Nothing is asked for any more. */
  async close(): Promise<void> {
    await this.#parts.grant.close?.()
  }

  /** The pause comes first: it holds even when the trail cannot be written. */
  async #fail(attempt: Attempt, facts: TokenRequestFacts, durationMs: number): Promise<void> {
    const { recorder, provider } = this.#parts
    const pause = await this.#parts.pause.begin(facts)

    if (facts.outcomeUnknown) await recorder.record(tokenEvents.outcomeUnknown(attempt, facts))
    await recorder.record(tokenEvents.requestFailed(attempt, facts, durationMs))

    if (facts.verdict === 'throttled' && pause) {
      await recorder.record(credentialEvents.throttled(attempt, facts, pause))
    }
    if (refusesClient(facts)) {
      await recorder.record(credentialEvents.credentialsInvalid(attempt, facts))
    }
    if (pause && (pause.failures === 1 || facts.verdict.startsWith('terminal'))) {
      await recorder.record(credentialEvents.paused(provider, pause, attempt))
    }
  }

  async #noticeClockJump(known: AccessToken | undefined): Promise<void> {
    const drift = known?.clockDrift(this.#parts.clock) ?? 0
    if (Math.abs(drift) < CLOCK_JUMP_MS) return
    await this.#parts.recorder.record(tokenEvents.clockJumped(this.#parts.provider, drift))
  }
}

/** There was nothing to ask with, no time left for it, or what came could not be kept. */
function isOurs(error: unknown): error is GatewayError {
  const kinds = [
    UnknownTenant,
    CredentialsUnreadable,
    TokenUnavailable,
    StoreUnavailable,
    TenantDisabled,
  ]
  return kinds.some((kind) => error instanceof kind)
}
