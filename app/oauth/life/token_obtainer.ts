import type { AccessToken } from '#oauth/life/access_token'
import type { AuditedRequest, KeptToken, Reason } from '#oauth/life/audited_request'
import type { IssuedToken, Lease, Leases, TokenRecord } from '#oauth/contracts'
import type { CredentialGate } from '#oauth/life/credential_gate'
import type { PauseControl } from '#oauth/life/credential_pause'
import { pausedError, TenantDisabled, TokenRequestError, TokenUnavailable } from '#oauth/errors'
import { DISABLED } from '#oauth/life/pause'
import { tokenEvents, type Cause } from '#oauth/events'
import { newToken, type NewTokenParts } from '#oauth/life/new_token'
import type { SharedToken } from '#oauth/life/shared_token'
import { type EventRecorder, RecordingUnavailable } from '#shared/event_recorder'

export interface TokenObtainerParts extends NewTokenParts {
  /** Names the lease. */
  key: string
  shared: SharedToken
  request: AuditedRequest
  pause: PauseControl
  leases: Leases

  /** Through which all token requests with the same credentials go. */
  gate: CredentialGate

  /** While processes cannot see each other: how long nobody may ask, in milliseconds. Counts the call. */
  allowCall: () => number
  recorder: EventRecorder

  /** How long a lease lasts, and how much of it a token request may take, in milliseconds. */
  leaseMs: number
  requestDeadlineMs: number

  /** How long another process is waited for that has the lease, in milliseconds. */
  leaseWaitMs: number
}

export interface Wanted extends Reason {
  /** Fingerprint of a token that must not be used again, should the store still hold it. */
  forgotten?: string

  /** The life that the token must have left, in milliseconds. */
  minValidity?: number
}

/** A wish in the course of being fulfilled. */
interface Quest extends Wanted {
  /** Ask whatever the pause says, and for a token that the store did not hold before. */
  forced?: { before: string | undefined }
}

/** How often those look at the store who wait for the one that asks, in milliseconds. */
const LOOK_MS = 75

/** When to come back while another process asks, in milliseconds. */
const COME_BACK_MS = 1_000

/**
 * Obtains one token for all processes that share a store: a newer one from the store if
 * there is one, otherwise by a single call of the grant, made by whoever has the lease.
 */
export class TokenObtainer {
  readonly #parts: TokenObtainerParts
  #closed = false

  constructor(parts: TokenObtainerParts) {
    this.#parts = parts
  }

  /**
   * @throws {TokenUnavailable} while the credential is paused, or another process asks for too long
   * @throws {TokenRequestError} when the call was made and gave no token
   * @throws {RecordingUnavailable} when the call could not be recorded, and was not made
   */
  obtain(wanted: Wanted): Promise<AccessToken> {
    return this.#obtain(wanted)
  }

  /**
   * Asks whatever the store or the pause say: somebody decided to. Of many who decide so at
   * once, one asks: a token that was stored since serves them all.
   */
  async force(wanted: Wanted): Promise<AccessToken> {
    const stored = await this.#parts.shared.read()
    return this.#obtain({ ...wanted, forced: { before: stored?.fingerprint } })
  }

  /** Nobody is waited for any more who asks elsewhere. */
  stopWaiting(): void {
    this.#closed = true
  }

  /** Nothing is asked for any more. */
  close(): Promise<void> {
    return this.#parts.request.close()
  }

  async #obtain(quest: Quest): Promise<AccessToken> {
    const { clock, leaseWaitMs } = this.#parts
    const deadline = clock.monotonic() + leaseWaitMs

    for (;;) {
      const { token } = await this.#look(quest)
      if (token) return token

      const asked = await this.#askInTurn(quest)
      if (asked) return asked

      if (this.#closed || clock.monotonic() >= deadline) {
        throw new TokenUnavailable('asked_elsewhere', COME_BACK_MS)
      }
      await new Promise<void>((resolve) => clock.after(LOOK_MS, resolve))
    }
  }

  /** @throws {TokenUnavailable} while the credential is paused */
  async #look(quest: Quest): Promise<{ token: AccessToken | null; stored: TokenRecord | null }> {
    const { shared, pause: pauses } = this.#parts
    const { known, minValidity, forgotten, forced } = quest
    const stored = await shared.read()
    const refused = [forgotten, known?.fingerprint, forced?.before]
    const token = shared.adopt(stored, { known, refused, minValidity })
    if (token) return { token, stored }

    const pause = await pauses.current()
    const obeyed = pause && (!forced || pause.reason === DISABLED)
    if (obeyed) throw pausedError(pause, pauses.remainingMs(pause))
    return { token, stored }
  }

  /** @returns null when another process has the lease */
  async #askInTurn(quest: Quest): Promise<AccessToken | null> {
    const { gate, leases, key } = this.#parts
    let worked: boolean | undefined

    await gate.enter()
    try {
      this.#heed(quest)
      const lease = await leases.take(key)
      if (!lease) return null
      const token = await this.#askUnder(lease, quest)
      worked = true
      return token
    } catch (error) {
      if (error instanceof TokenRequestError) worked = false
      throw error
    } finally {
      gate.leave(worked)
    }
  }

  /** Whoever was in front may have been told to stop. */
  #heed({ forced }: Quest): void {
    const { pause } = this.#parts
    if (pause.known && !forced) throw pausedError(pause.known, pause.remainingMs(pause.known))
  }

  async #askUnder(lease: Lease, quest: Quest): Promise<AccessToken> {
    const { clock, leaseMs, requestDeadlineMs } = this.#parts
    const latest = clock.monotonic() + leaseMs - requestDeadlineMs
    const mayAsk = () => clock.monotonic() <= latest

    try {
      return await this.#askUnlessThere(quest, mayAsk)
    } finally {
      if (!(await lease.release())) await this.#noteLost(quest.cause, 'lease_expired')
    }
  }

  /** Looks once more first: whoever had the lease before may have brought what is wanted. */
  async #askUnlessThere(quest: Quest, mayAsk: () => boolean): Promise<AccessToken> {
    const { token, stored } = await this.#look(quest)
    if (token) return token

    const closedFor = this.#parts.allowCall()
    if (closedFor > 0) throw new TokenUnavailable('store_unavailable', closedFor)

    const keep = (issued: IssuedToken) => this.#keep(issued, quest, stored)
    return this.#parts.request.run(quest, { mayAsk, keep })
  }

  /** Who was late serves what a later one stored. */
  async #keep(
    issued: IssuedToken,
    { known, cause }: Quest,
    seen: TokenRecord | null
  ): Promise<KeptToken> {
    const obtained = newToken(issued, known, this.#parts)
    // Somebody may have switched the tenant off while the request was in the air.
    const pause = await this.#parts.pause.current()
    if (pause?.reason === DISABLED) throw new TenantDisabled()

    const later = await this.#parts.shared.keep(obtained, seen)
    if (later) await this.#noteLost(cause, 'late_write_refused', obtained)
    return { obtained, serving: later ?? obtained }
  }

  async #noteLost(
    cause: Cause,
    reasonCode: 'lease_expired' | 'late_write_refused',
    token?: AccessToken
  ): Promise<void> {
    const { recorder, provider } = this.#parts
    try {
      await recorder.record(tokenEvents.leaseLost(provider, { cause, reasonCode, token }))
    } catch (error) {
      // What became of the token request is settled; the recorder has logged why.
      if (!(error instanceof RecordingUnavailable)) throw error
    }
  }
}
