import type { Cause } from '#oauth/events'
import type { AuthenticatedAnswer } from '#orange/authenticated_answer'
import type { UnansweredRequest } from '#orange/errors'
import type { Actor, AuditEvent } from '#shared/event_recorder'

const GATEWAY: Actor = { type: 'system', id: 'gateway' }

function aboutToken(fingerprint: string, cause: Cause) {
  return {
    actor: cause.actor ?? GATEWAY,
    correlationId: cause.correlationId,
    target: { type: 'oauth_provider', id: 'orange' },
    token: { fingerprint },
  }
}

function about({ answer, token }: AuthenticatedAnswer, cause: Cause) {
  return { ...aboutToken(token.fingerprint, cause), httpStatus: answer.status }
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

  unansweredAfter401: (request: UnansweredRequest, cause: Cause): AuditEvent => ({
    ...aboutToken(request.tokenFingerprint, cause),
    type: 'auth.upstream.retried_after_401',
    outcome: 'unknown',
    severity: 'low',
    reasonCode: request.failure,
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
