import type { Cause } from '#oauth/events'
import type { AuthenticatedAnswer } from '#orange/authenticated_answer'
import type { AuditEvent } from '#shared/event_recorder'

function about({ answer, token }: AuthenticatedAnswer, cause: Cause) {
  return {
    actor: cause.actor ?? ({ type: 'system', id: 'gateway' } as const),
    correlationId: cause.correlationId,
    target: { type: 'oauth_provider', id: 'orange' },
    token: { fingerprint: token.fingerprint },
    httpStatus: answer.status,
  }
}

/** What the trail says about answers of Orange's API to our token. */
export const orangeEvents = {
  rejected401: (
    exchange: AuthenticatedAnswer,
    { cause, code }: { cause: Cause; code?: string }
  ): AuditEvent => ({
    ...about(exchange, cause),
    type: 'auth.upstream.rejected_401',
    outcome: 'failure',
    severity: code === '40' ? 'high' : 'low',
    upstreamCode: code,
  }),

  retriedAfter401: (
    exchange: AuthenticatedAnswer,
    { cause, accepted }: { cause: Cause; accepted: boolean }
  ): AuditEvent => ({
    ...about(exchange, cause),
    type: 'auth.upstream.retried_after_401',
    outcome: accepted ? 'success' : 'failure',
    severity: accepted ? 'informational' : 'high',
  }),

  throttled: (
    exchange: AuthenticatedAnswer,
    { cause, code }: { cause: Cause; code?: string }
  ): AuditEvent => ({
    ...about(exchange, cause),
    type: 'auth.upstream.throttled',
    outcome: 'failure',
    severity: 'low',
    upstreamCode: code,
  }),
}
