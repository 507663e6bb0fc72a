import { about, type Cause } from '#oauth/events'
import type { Phase } from '#oauth/life/recorded_state'
import type { AuditEvent } from '#shared/event_recorder'

/** What goes out where no token can be had: a token that a person keeps ready, or none. */
export type StandInKind = 'fallback' | 'anonymous'

/** How a stand-in came to be sent. */
export interface StandInFacts {
  kind: StandInKind

  /** Of the fallback token. */
  fingerprint?: string

  /** The request that was the first to go out with it. */
  cause: Cause
}

const STATES: Record<StandInKind, string> = {
  fallback: 'auth.token.fallback_served',
  anonymous: 'auth.anonymous_served',
}

export function standInServed(
  provider: string,
  phase: Phase,
  { kind, fingerprint, cause, reasonCode }: StandInFacts & { reasonCode: string }
): AuditEvent {
  return {
    ...about(cause, provider),
    type: `${STATES[kind]}.${phase}`,
    outcome: phase === 'started' ? 'failure' : 'success',
    severity: phase === 'started' ? 'medium' : 'informational',
    reasonCode,
    token: fingerprint === undefined ? undefined : { fingerprint },
  }
}
