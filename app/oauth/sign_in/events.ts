import { about, type Cause } from '#oauth/events'
import type { AuditEvent } from '#shared/event_recorder'

/** Which way somebody signs in: RFC 6749 §4.1 or RFC 8628. */
export type SignInFlow = 'authorization_code' | 'device_code'

interface About {
  tenant?: string
  subject?: string
  cause: Cause
}

function aboutSignIn(provider: string, { tenant, subject, cause }: About) {
  return { ...about(cause, provider), tenant, ...(subject ? { details: { subject } } : {}) }
}

/** Everything about people who sign in at a provider that the trail is told. */
export const signInEvents = {
  started: (provider: string, facts: About & { flow: SignInFlow }): AuditEvent => ({
    ...aboutSignIn(provider, facts),
    type: 'auth.sign_in.started',
    outcome: 'unknown',
    reasonCode: facts.flow,
  }),

  /** The gateway acts for this account from now on. */
  completed: (provider: string, facts: About & { flow: SignInFlow }): AuditEvent => ({
    ...aboutSignIn(provider, facts),
    type: 'auth.sign_in.completed',
    outcome: 'success',
    severity: 'medium',
    reasonCode: facts.flow,
  }),

  failed: (provider: string, facts: About & { reasonCode: string }): AuditEvent => ({
    ...aboutSignIn(provider, facts),
    type: 'auth.sign_in.failed',
    outcome: 'failure',
    severity: 'medium',
    reasonCode: facts.reasonCode,
  }),

  /** The refresh token is dead: until somebody signs in again there are no more tokens. */
  ended: (
    provider: string,
    { subject, reasonCode }: { subject?: string; reasonCode: string }
  ): AuditEvent => ({
    ...aboutSignIn(provider, { subject, cause: {} }),
    type: 'auth.sign_in.ended',
    outcome: 'failure',
    severity: 'high',
    reasonCode,
  }),

  /** Somebody gave the account up. */
  signedOut: (provider: string, facts: About): AuditEvent => ({
    ...aboutSignIn(provider, facts),
    type: 'auth.sign_in.ended',
    outcome: 'success',
    severity: 'medium',
    reasonCode: 'signed_out',
  }),
}
