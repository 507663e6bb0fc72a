import type { AccessToken } from '#oauth/life/access_token'
import type { PauseControl } from '#oauth/life/credential_pause'
import type { TokenRequestFacts } from '#oauth/errors'
import { credentialEvents } from '#oauth/credential_events'
import { tokenEvents, type Cause } from '#oauth/events'
import type { HeldToken } from '#oauth/life/held_token'
import type { Failure } from '#oauth/life/pause'
import type { SharedToken } from '#oauth/life/shared_token'
import type { TokenRenewal } from '#oauth/life/token_renewal'
import type { EventRecorder } from '#shared/event_recorder'

export interface TokenRejectionParts {
  provider: string
  held: HeldToken
  shared: SharedToken
  renewal: TokenRenewal
  pause: PauseControl
  recorder: EventRecorder
}

const REFUSED_AGAIN: Failure = { verdict: 'rejected', reason: 'token_rejected' }

/** What follows when an API refuses a token. */
export class TokenRejection {
  readonly #parts: TokenRejectionParts

  /** The API has refused a token, and nothing was sent successfully since. */
  #suspect = false

  constructor(parts: TokenRejectionParts) {
    this.#parts = parts
  }

  /** Another one may do: only a replacement that is refused in its turn pauses the credential. */
  async invalidate(rejected: AccessToken, cause: Cause): Promise<void> {
    if (!this.#parts.held.is(rejected)) return
    const refusedAgain = this.#suspect
    this.#suspect = true
    await this.#giveUp(rejected, { failure: refusedAgain ? REFUSED_AGAIN : undefined, cause })
  }

  /** No other token would do, as the API says: somebody has to look. */
  async refuse(rejected: AccessToken, facts: TokenRequestFacts, cause: Cause): Promise<void> {
    if (!this.#parts.held.is(rejected)) return
    const { recorder, provider } = this.#parts
    await this.#giveUp(rejected, { failure: facts, cause })
    await recorder.record(
      credentialEvents.tokenRefused(provider, { token: rejected, facts, cause })
    )
  }

  confirm(accepted: AccessToken): void {
    if (this.#parts.held.is(accepted)) this.#suspect = false
  }

  /**
   * Forgotten here before the first await: nobody is served the token meanwhile.
   *
   * @returns the token that was held here
   */
  async forget(): Promise<AccessToken | undefined> {
    const { held, renewal, shared } = this.#parts
    const token = held.forget()
    renewal.rest()
    if (token) await shared.remove(token.fingerprint)
    return token
  }

  async #giveUp(
    token: AccessToken,
    { failure, cause }: { failure?: Failure; cause: Cause }
  ): Promise<void> {
    const { recorder, provider, pause } = this.#parts

    // Both take effect at once in this process; what is awaited is that the store knows.
    const [paused] = await Promise.all([failure && pause.begin(failure), this.forget()])
    const cleared = { token: token.record, reasonCode: 'rejected_by_api', cause }
    await recorder.record(tokenEvents.cleared(provider, cleared))
    if (paused) await recorder.record(credentialEvents.paused(provider, paused, cause))
  }
}
