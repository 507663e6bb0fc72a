import { randomUUID } from 'node:crypto'
import { AccessToken } from '#oauth/access_token'
import type { Grant, IssuedToken, TokenRecord, TokenStore } from '#oauth/contracts'
import type { PauseControl } from '#oauth/credential_pause'
import { TokenRequestError, TokenUnavailable, type TokenRequestFacts } from '#oauth/errors'
import { tokenEvents, type Attempt, type Cause } from '#oauth/events'
import { lifeOf, lifetime, lifetimeOfSameToken } from '#oauth/token_lifetime'
import type { Random } from '#shared/backoff'
import type { Clock } from '#shared/clock'
import type { EventRecorder } from '#shared/event_recorder'
import type { KeyedDigest } from '#shared/keyed_digest'

export interface TokenObtainerParts {
  provider: string

  /** Under which the store keeps the token. */
  key: string
  grant: Grant
  store: TokenStore
  pause: PauseControl
  recorder: EventRecorder
  clock: Clock
  random: Random
  fingerprints: KeyedDigest

  /** How long before its end a token is renewed, in milliseconds. */
  refreshThresholdMs: number
}

export interface Wanted {
  /** Why: `absent`, `due`, `forced`, `min_validity`, `uncached`. */
  reasonCode: string
  cause: Cause

  /** The token that is to be replaced. */
  known?: AccessToken

  /** Fingerprint of a token that must not be used again, should the store still hold it. */
  forgotten?: string
}

/**
 * Obtains one token: a newer one from the store if there is one, otherwise by a single
 * call of the grant, with a durable row before the call and one after it.
 */
export class TokenObtainer {
  readonly #parts: TokenObtainerParts

  constructor(parts: TokenObtainerParts) {
    this.#parts = parts
  }

  /**
   * @throws {TokenUnavailable} while the credential is paused
   * @throws {TokenRequestError} when the call was made and gave no token
   * @throws {RecordingUnavailable} when the call could not be recorded, and was not made
   */
  async obtain(wanted: Wanted): Promise<AccessToken> {
    const stored = await this.#parts.store.get(this.#parts.key)
    const newer = this.#adoptable(stored, wanted.known)
    if (newer && newer.fingerprint !== wanted.forgotten) return newer

    const pause = await this.#parts.pause.current()
    if (pause) throw new TokenUnavailable(pause.reason, this.#parts.pause.remainingMs(pause))

    return this.#request(wanted, stored)
  }

  /** Asks whatever the store or the pause say: somebody decided to. */
  async force(wanted: Wanted): Promise<AccessToken> {
    return this.#request(wanted, await this.#parts.store.get(this.#parts.key))
  }

  async #request(wanted: Wanted, stored: TokenRecord | null): Promise<AccessToken> {
    const { provider, grant, pause, recorder, clock } = this.#parts
    const { reasonCode, cause, known } = wanted
    const attempt = { ...cause, attemptId: randomUUID(), provider, reasonCode }

    await this.#noticeClockJump(known)
    await recorder.record(tokenEvents.requested(attempt))
    const startedAt = clock.monotonic()

    try {
      const issued = await grant.obtain()
      const durationMs = Math.round(clock.monotonic() - startedAt)
      const token = await this.#keep(this.#toToken(issued, known), stored)

      await pause.end()
      await recorder.record(
        tokenEvents.obtained(attempt, { token, previous: known?.fingerprint, durationMs })
      )
      return token
    } catch (error) {
      if (error instanceof TokenRequestError) {
        await this.#fail(attempt, error.facts, Math.round(clock.monotonic() - startedAt))
      }
      throw error
    }
  }

  /** The pause comes first: it holds even when the trail cannot be written. */
  async #fail(attempt: Attempt, facts: TokenRequestFacts, durationMs: number): Promise<void> {
    const { recorder, provider } = this.#parts
    const pause = await this.#parts.pause.begin(facts)

    if (facts.outcomeUnknown) await recorder.record(tokenEvents.outcomeUnknown(attempt, facts))
    await recorder.record(tokenEvents.requestFailed(attempt, facts, durationMs))

    if (facts.verdict === 'throttled') {
      await recorder.record(tokenEvents.throttled(attempt, facts, pause))
    }
    if (refusesCredentials(facts)) {
      await recorder.record(tokenEvents.credentialsInvalid(attempt, facts))
    }
    if (pause.failures === 1 || facts.verdict.startsWith('terminal')) {
      await recorder.record(tokenEvents.paused(provider, pause, attempt))
    }
  }

  #toToken(issued: IssuedToken, known: AccessToken | undefined): AccessToken {
    const { refreshThresholdMs: threshold, provider, random, fingerprints, clock } = this.#parts
    const text = issued.accessToken.release()
    const fingerprint = fingerprints.of(text)
    const life = lifetime(issued.requestedAt, lifeOf(text, issued.expiresIn), { threshold, random })

    const handedOutAgain = known?.fingerprint === fingerprint && known.state(clock) !== 'absent'
    const { refreshAt, expiresAt } = handedOutAgain
      ? lifetimeOfSameToken(
          life,
          { ...known.record, usableUntil: known.usableUntil },
          issued.requestedAt
        )
      : life

    const { accessToken, tokenType, scope, requestedAt: issuedAt } = issued
    return new AccessToken(
      { accessToken, tokenType, scope, fingerprint, issuedAt, refreshAt, expiresAt, provider },
      issued.requestedAtMonotonic
    )
  }

  /** A token that another process stored meanwhile wins if it was issued later. */
  async #keep(token: AccessToken, stored: TokenRecord | null): Promise<AccessToken> {
    const { store, key } = this.#parts
    if (await store.replace(key, token.record, stored?.fingerprint ?? null)) return token

    const winner = await store.get(key)
    const newer = this.#adoptable(winner, token)
    if (newer) return newer

    await store.replace(key, token.record, winner?.fingerprint ?? null)
    return token
  }

  #adoptable(record: TokenRecord | null, known: AccessToken | undefined): AccessToken | null {
    if (!record || record.fingerprint === known?.fingerprint) return null
    if (known && record.issuedAt <= known.record.issuedAt) return null

    const token = AccessToken.adopt(record, this.#parts.clock)
    return token.state(this.#parts.clock) === 'fresh' ? token : null
  }

  async #noticeClockJump(known: AccessToken | undefined): Promise<void> {
    const drift = known?.clockDrift(this.#parts.clock) ?? 0
    if (Math.abs(drift) < CLOCK_JUMP_MS) return
    await this.#parts.recorder.record(tokenEvents.clockJumped(this.#parts.provider, drift))
  }
}

/** Clocks are corrected by less than this all the time. */
const CLOCK_JUMP_MS = 5_000

function refusesCredentials(facts: TokenRequestFacts): boolean {
  return facts.verdict === 'terminal' && (facts.httpStatus === 401 || /client$/.test(facts.reason))
}
