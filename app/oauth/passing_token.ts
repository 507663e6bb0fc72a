import { AuditedRequest } from '#oauth/life/audited_request'
import type { Grant, IssuedToken } from '#oauth/contracts'
import type { CredentialGate } from '#oauth/life/credential_gate'
import type { CredentialPause } from '#oauth/life/credential_pause'
import { refusesClient, type Failure } from '#oauth/life/pause'
import { pausedError, TokenRequestError } from '#oauth/errors'
import type { Cause } from '#oauth/events'
import { newToken, type NewTokenParts } from '#oauth/life/new_token'
import type { AccessToken } from '#oauth/life/access_token'
import type { EventRecorder } from '#shared/event_recorder'

export interface PassingTokenParts extends NewTokenParts {
  /** Of the credentials that are used, shared with everybody who uses them. */
  pause: CredentialPause
  gate: CredentialGate
  recorder: EventRecorder
}

/** What one exchange brought. */
export interface PassedToken {
  issued: IssuedToken
  token: AccessToken
}

/**
 * One token request for somebody else: what it brings is handed on and kept nowhere. It heeds
 * the pause of the credentials and goes through their gate like every other, and is recorded
 * like every other.
 */
export class PassingToken {
  readonly #parts: PassingTokenParts

  constructor(parts: PassingTokenParts) {
    this.#parts = parts
  }

  /**
   * @throws {TokenUnavailable} while the credentials are paused
   * @throws {TokenRequestError}
   */
  async request(grant: Grant, cause: Cause): Promise<PassedToken> {
    const { gate } = this.#parts
    let worked: boolean | undefined

    await gate.enter()
    try {
      await this.#heedPause()
      const passed = await this.#ask(grant, cause)
      worked = true
      return passed
    } catch (error) {
      if (error instanceof TokenRequestError && concernsAll(error.facts)) worked = false
      throw error
    } finally {
      gate.leave(worked)
    }
  }

  async #heedPause(): Promise<void> {
    const pause = await this.#parts.pause.current()
    if (pause) throw pausedError(pause, this.#parts.pause.remainingMs(pause))
  }

  async #ask(grant: Grant, cause: Cause): Promise<PassedToken> {
    const { provider, pause: ofCredential, recorder, clock } = this.#parts
    // A bad code is over with its request, and pauses nothing.
    const pause = {
      begin: async (failure: Failure) =>
        concernsAll(failure) ? ofCredential.begin(failure) : undefined,
      end: () => ofCredential.end(),
    }
    const request = new AuditedRequest({ provider, grant, pause, recorder, clock })

    let passed: PassedToken | undefined
    const keep = async (issued: IssuedToken) => {
      const token = newToken(issued, undefined, this.#parts)
      passed = { issued, token }
      return { obtained: token, serving: token }
    }
    await request.run({ reasonCode: 'exchange', cause }, { mayAsk: () => true, keep })
    return passed!
  }
}

/** What somebody brought may be bad, whatever the provider calls that, and the client good. */
function concernsAll(failure: Failure): boolean {
  return !failure.verdict.startsWith('terminal') || refusesClient(failure)
}
