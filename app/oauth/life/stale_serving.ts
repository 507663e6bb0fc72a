import type { AccessToken } from '#oauth/life/access_token'
import { tokenEvents } from '#oauth/events'
import { RecordedState } from '#oauth/life/recorded_state'
import type { EventRecorder } from '#shared/event_recorder'

/** The state in which a token is served although its renewal fails. */
export type StaleServing = RecordedState<AccessToken, 'renewed' | 'expired' | 'cleared'>

export function staleServing(provider: string, recorder: EventRecorder): StaleServing {
  return new RecordedState(recorder, (phase, token, reasonCode) =>
    tokenEvents.staleServed(provider, phase, { token, reasonCode })
  )
}
