import type { AccessToken } from '#oauth/life/access_token'
import type { TokenRecord } from '#oauth/contracts'
import type { TokenRequestFacts } from '#oauth/errors'
import type { Actor, AuditEvent } from '#shared/event_recorder'

/** Who asked for something, why, and in the course of which request. */
export interface Cause {
  /** The part of the gateway or the person; the gateway itself when absent. */
  actor?: Actor

  /** Free text of a person who forced or cleared something. */
  comment?: string
  correlationId?: string
}

/** One request to a token endpoint, as events describe it. */
export interface Attempt extends Cause {
  attemptId: string
  provider: string

  /** Why a token was asked for: `absent`, `due`, `forced`, `min_validity`. */
  reasonCode: string
}

const SYSTEM: Actor = { type: 'system', id: 'gateway' }

export function about(cause: Cause, provider: string): Omit<AuditEvent, 'type' | 'outcome'> {
  return {
    actor: cause.actor ?? SYSTEM,
    comment: cause.comment,
    correlationId: cause.correlationId,
    target: { type: 'oauth_provider', id: provider },
  }
}

export function aboutAttempt(attempt: Attempt) {
  return {
    ...about(attempt, attempt.provider),
    attemptId: attempt.attemptId,
    reasonCode: attempt.reasonCode,
  }
}

export function tokenFacts(token: AccessToken): NonNullable<AuditEvent['token']> {
  return recordFacts(token.record)
}

function recordFacts({
  fingerprint,
  issuedAt,
  expiresAt,
}: TokenRecord): NonNullable<AuditEvent['token']> {
  return { fingerprint, issuedAt, expiresAt }
}

/** What the trail is told of tokens and of the requests for them. */
export const tokenEvents = {
  requested: (attempt: Attempt): AuditEvent => ({
    ...aboutAttempt(attempt),
    type: 'auth.token.requested',
    outcome: 'unknown',
  }),

  obtained: (
    attempt: Attempt,
    { token, previous, durationMs }: { token: AccessToken; previous?: string; durationMs: number }
  ): AuditEvent => ({
    ...aboutAttempt(attempt),
    type: previous ? 'auth.token.refreshed' : 'auth.token.generated',
    outcome: 'success',
    token: tokenFacts(token),
    previousTokenFingerprint: previous,
    durationMs,
  }),

  outcomeUnknown: (attempt: Attempt, facts: TokenRequestFacts): AuditEvent => ({
    ...aboutAttempt(attempt),
    type: 'auth.token.outcome_unknown',
    outcome: 'unknown',
    severity: 'low',
    reasonCode: facts.reason,
  }),

  requestFailed: (attempt: Attempt, facts: TokenRequestFacts, durationMs: number): AuditEvent => ({
    ...aboutAttempt(attempt),
    type: 'auth.token.request_failed',
    outcome: 'failure',
    severity: facts.verdict === 'terminal' ? 'high' : 'low',
    reasonCode: facts.reason,
    httpStatus: facts.httpStatus,
    upstreamCode: facts.upstreamCode,
    durationMs,
    details: { cause: attempt.reasonCode, verdict: facts.verdict },
  }),

  staleServed: (
    provider: string,
    phase: 'started' | 'ended',
    { token, reasonCode }: { token: AccessToken; reasonCode: string }
  ): AuditEvent => ({
    ...about({}, provider),
    type: `auth.token.stale_served.${phase}`,
    outcome: phase === 'started' ? 'failure' : 'success',
    severity: phase === 'started' ? 'medium' : 'informational',
    reasonCode,
    token: tokenFacts(token),
  }),

  cleared: (
    provider: string,
    {
      token,
      reasonCode,
      cause,
    }: { token: TokenRecord | undefined; reasonCode: string; cause: Cause }
  ): AuditEvent => ({
    ...about(cause, provider),
    type: 'auth.token.cleared',
    outcome: 'success',
    reasonCode,
    token: token && recordFacts(token),
  }),

  /** The provider was told, or could not be told, that a token is given up (RFC 7009). */
  revoked: (
    provider: string,
    {
      fingerprint,
      hint,
      failure,
      durationMs,
      cause,
    }: {
      fingerprint: string
      hint: string
      failure?: Pick<TokenRequestFacts, 'reason' | 'httpStatus' | 'upstreamCode'>
      durationMs: number
      cause: Cause
    }
  ): AuditEvent => ({
    ...about(cause, provider),
    type: 'auth.token.revoked',
    outcome: failure ? 'failure' : 'success',
    severity: failure ? 'medium' : 'informational',
    reasonCode: failure?.reason,
    httpStatus: failure?.httpStatus,
    upstreamCode: failure?.upstreamCode,
    token: { fingerprint },
    durationMs,
    details: { tokenType: hint },
  }),

  refreshRequested: (provider: string, cause: Cause): AuditEvent => ({
    ...about(cause, provider),
    type: 'auth.token.refresh_requested',
    outcome: 'unknown',
  }),

  forceRefreshed: (
    provider: string,
    { cause, token, previous }: { cause: Cause; token?: AccessToken; previous?: AccessToken }
  ): AuditEvent => ({
    ...about(cause, provider),
    type: 'auth.token.force_refreshed',
    outcome: token ? 'success' : 'failure',
    token: token && tokenFacts(token),
    previousTokenFingerprint: previous?.fingerprint,
  }),

  /** A lease ended while its holder was at work: somebody else may have asked too. */
  leaseLost: (
    provider: string,
    {
      cause,
      reasonCode,
      token,
    }: { cause: Cause; reasonCode: 'lease_expired' | 'late_write_refused'; token?: AccessToken }
  ): AuditEvent => ({
    ...about(cause, provider),
    type: 'lock.lost',
    outcome: 'failure',
    severity: 'medium',
    reasonCode,
    token: token && tokenFacts(token),
  }),

  /** An application was handed a token. */
  disclosed: (
    provider: string,
    { tenant, token, cause }: { tenant?: string; token: AccessToken; cause: Cause }
  ): AuditEvent => ({
    ...about(cause, provider),
    type: 'auth.token.disclosed',
    outcome: 'success',
    severity: 'medium',
    tenant,
    token: tokenFacts(token),
  }),

  clockJumped: (provider: string, driftMs: number): AuditEvent => ({
    ...about({}, provider),
    type: 'clock.jump_detected',
    outcome: 'success',
    severity: 'medium',
    details: { driftMs: Math.round(driftMs) },
  }),
}
