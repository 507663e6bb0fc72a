import type { AccessToken } from '#oauth/life/access_token'
import type { TokenRequestFacts } from '#oauth/errors'
import { about, aboutAttempt, tokenFacts, type Attempt, type Cause } from '#oauth/events'
import type { Pause } from '#oauth/life/pause'
import type { AuditEvent } from '#shared/event_recorder'

/** What the trail is told of credentials and of the tenants that they belong to. */
export const credentialEvents = {
  credentialsInvalid: (attempt: Attempt, facts: TokenRequestFacts): AuditEvent => ({
    ...aboutAttempt(attempt),
    type: 'auth.credentials.invalid',
    outcome: 'failure',
    severity: 'high',
    reasonCode: facts.reason,
    httpStatus: facts.httpStatus,
    upstreamCode: facts.upstreamCode,
  }),

  throttled: (attempt: Attempt, facts: TokenRequestFacts, pause: Pause): AuditEvent => ({
    ...aboutAttempt(attempt),
    type: 'auth.upstream.throttled',
    outcome: 'failure',
    severity: 'low',
    reasonCode: facts.reason,
    httpStatus: facts.httpStatus,
    upstreamCode: facts.upstreamCode,
    details: { waitMs: Math.round(pause.until - pause.since) },
  }),

  paused: (provider: string, pause: Pause, cause: Cause): AuditEvent => ({
    ...about(cause, provider),
    type: 'auth.credentials.paused',
    outcome: 'failure',
    severity: 'medium',
    reasonCode: pause.reason,
    details: {
      until: new Date(pause.until).toISOString(),
      failures: pause.failures,
    },
  }),

  /** The API refuses a token, and would refuse any other one: somebody has to look. */
  tokenRefused: (
    provider: string,
    { token, facts, cause }: { token: AccessToken; facts: TokenRequestFacts; cause: Cause }
  ): AuditEvent => ({
    ...about(cause, provider),
    type: 'auth.credentials.invalid',
    outcome: 'failure',
    severity: facts.verdict.startsWith('terminal') ? 'high' : 'low',
    reasonCode: facts.reason,
    httpStatus: facts.httpStatus,
    upstreamCode: facts.upstreamCode,
    token: tokenFacts(token),
  }),

  /** A tenant was given credentials, or other ones. */
  credentialsRotated: (
    provider: string,
    { tenant, clientId, cause }: { tenant: string; clientId?: string; cause: Cause }
  ): AuditEvent => ({
    ...about(cause, provider),
    type: 'auth.credentials.rotated',
    outcome: 'success',
    severity: 'medium',
    tenant,
    details: clientId === undefined ? undefined : { clientId },
  }),

  /** Somebody switched a tenant off, or on again. */
  tenantSwitched: (
    provider: string,
    { tenant, on, cause }: { tenant: string; on: boolean; cause: Cause }
  ): AuditEvent => ({
    ...about(cause, provider),
    type: on ? 'auth.tenant.enabled' : 'auth.tenant.disabled',
    outcome: 'success',
    severity: 'medium',
    tenant,
  }),
}
