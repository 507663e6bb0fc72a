import { about, type Cause } from '#oauth/events'
import type { AuditEvent } from '#shared/event_recorder'

function aboutHost(host: string, cause: Cause): Omit<AuditEvent, 'type' | 'outcome'> {
  return { ...about(cause, host), target: { type: 'login_host', id: host } }
}

/** What the trail is told of somebody who looks for the login of a host. */
export const probeEvents = {
  requested: (host: string, cause: Cause): AuditEvent => ({
    ...aboutHost(host, cause),
    type: 'auth.login.probe_requested',
    outcome: 'unknown',
    severity: 'informational',
  }),

  /** @param event.attempts how often a name and a password were sent */
  probed: (
    host: string,
    { found, reasonCode, attempts }: { found: boolean; reasonCode: string; attempts: number },
    cause: Cause
  ): AuditEvent => ({
    ...aboutHost(host, cause),
    type: 'auth.login.probed',
    outcome: found ? 'success' : 'failure',
    severity: 'medium',
    reasonCode,
    details: { attempts },
  }),
}
