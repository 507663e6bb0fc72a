import type { Secret } from '@adonisjs/core/helpers'
import type { Cause } from '#oauth/events'
import type { ProviderConfig } from '#oauth/provider_config'
import { RecordedState } from '#oauth/life/recorded_state'
import { standInServed, type StandInFacts } from '#oauth/headers/stand_in_events'
import { type EventRecorder, RecordingUnavailable } from '#shared/event_recorder'
import type { KeyedDigest } from '#shared/keyed_digest'

export interface StandInParts {
  recorder: EventRecorder

  /** Makes the fingerprints of tokens. */
  fingerprints: KeyedDigest
}

/** What the requests to one provider go out with while it gives no token. */
export class StandIn {
  readonly #headers: Record<string, Secret<string>>
  readonly #facts: Omit<StandInFacts, 'cause'>
  readonly #state: RecordedState<StandInFacts>

  constructor(name: string, provider: ProviderConfig, { recorder, fingerprints }: StandInParts) {
    const { companionHeaders, fallbackToken } = provider
    const authorization = fallbackToken?.map((token) => `Bearer ${token}`)
    this.#headers = { ...companionHeaders, ...(authorization && { Authorization: authorization }) }

    const fingerprint = fallbackToken && fingerprints.of(fallbackToken.release())
    this.#facts = { kind: fallbackToken ? 'fallback' : 'anonymous', fingerprint }
    this.#state = new RecordedState(recorder, (phase, facts, reasonCode) =>
      standInServed(name, phase, { ...facts, reasonCode })
    )
  }

  /** @returns undefined where requests without a token are refused */
  static of(name: string, provider: ProviderConfig, parts: StandInParts): StandIn | undefined {
    const wanted = provider.fallbackToken || provider.onFailure === 'anonymous'
    return wanted ? new StandIn(name, provider, parts) : undefined
  }

  /** Whether the last requests went out with it. */
  get serves(): boolean {
    return this.#state.lasts
  }

  /**
   * @param reasonCode why there is no token
   * @throws {RecordingUnavailable}
   */
  async headers(reasonCode: string, cause: Cause): Promise<Record<string, Secret<string>>> {
    await this.#state.begin({ ...this.#facts, cause }, reasonCode)
    return { ...this.#headers }
  }

  /** There is a token again, which is sent even while that cannot be recorded: it will be. */
  async end(): Promise<void> {
    try {
      await this.#state.end('token_obtained')
    } catch (error) {
      if (!(error instanceof RecordingUnavailable)) throw error
    }
  }
}
