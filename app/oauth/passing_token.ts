import { AuditedRequest } from '#oauth/life/audited_request'
import type { Grant, IssuedToken } from '#oauth/contracts'
import type { CredentialGate } from '#oauth/life/credential_gate'
import { CredentialPause } from '#oauth/life/credential_pause'
import { pausedError, TokenRequestError } from '#oauth/errors'
import type { Cause } from '#oauth/events'
import { newToken, type NewTokenParts } from '#oauth/life/new_token'
import { MemoryTokenStore } from '#oauth/stores/memory'
import { TokenPause } from '#oauth/life/token_pause'
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
      if (error instanceof TokenRequestError && concernsClient(error)) worked = false
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
    const { provider, pause: ofCredential, recorder, clock, random } = this.#parts
    // A bad code is over with its request: nothing has to be remembered of it.
    const own = new CredentialPause(grant.type, { store: new MemoryTokenStore(), clock, random })
    const pause = new TokenPause(ofCredential, own)
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

/** What somebody brought may be bad and the client good. */
function concernsClient({ facts }: TokenRequestError): boolean {
  return facts.verdict !== 'terminal_for_key'
}
