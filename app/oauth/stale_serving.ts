import type { AccessToken } from '#oauth/access_token'
import { tokenEvents } from '#oauth/events'
import type { EventRecorder } from '#shared/event_recorder'

/**
 * The state in which a token is served although its renewal fails. Recorded when it
 * begins and when it ends, not for every call in between.
 */
export class StaleServing {
  readonly #provider: string
  readonly #recorder: EventRecorder
  #token?: AccessToken

  constructor(provider: string, recorder: EventRecorder) {
    this.#provider = provider
    this.#recorder = recorder
  }

  async begin(token: AccessToken, reasonCode: string): Promise<void> {
    if (this.#token) return
    await this.#recorder.record(
      tokenEvents.staleServed(this.#provider, 'started', { token, reasonCode })
    )
    this.#token = token
  }

  async end(reasonCode: 'renewed' | 'expired' | 'cleared'): Promise<void> {
    if (!this.#token) return
    const token = this.#token
    await this.#recorder.record(
      tokenEvents.staleServed(this.#provider, 'ended', { token, reasonCode })
    )
    this.#token = undefined
  }
}
