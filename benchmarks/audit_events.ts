import { randomUUID } from 'node:crypto'
import type { AuditEvent } from '#shared/event_recorder'

const ORANGE = { type: 'oauth_client', id: 'orange' }
const ADMIN = { type: 'user', id: '17', role: 'admin', sourceIp: '203.0.113.17' } as const

/** Events as a gateway records them: tokens mostly, and now and then a person with an address. */
export function eventOf(number: number): AuditEvent {
  const correlationId = randomUUID()
  const common = { occurredAt: Date.now(), correlationId, target: ORANGE }
  const token = {
    fingerprint: number.toString(16).padStart(32, '0'),
    issuedAt: Date.now(),
    expiresAt: Date.now() + 3_600_000,
  }

  switch (number % 4) {
    case 0:
      return {
        ...common,
        type: 'auth.token.requested',
        outcome: 'unknown',
        attemptId: randomUUID(),
      }
    case 1:
      return {
        ...common,
        type: 'auth.token.refreshed',
        outcome: 'success',
        attemptId: randomUUID(),
        token,
        previousTokenFingerprint: 'f'.repeat(32),
        httpStatus: 200,
        durationMs: 143.25,
        details: { grant: 'client_credentials', store: 'database', forced: false },
      }
    case 2:
      return {
        ...common,
        type: 'auth.token.request_failed',
        outcome: 'failure',
        reasonCode: 'server_error',
        attemptId: randomUUID(),
        httpStatus: 503,
        durationMs: 10_000.5,
        details: { failures: 3, pausedForMs: 4_000 },
      }
    default:
      return {
        ...common,
        type: 'auth.access.denied',
        outcome: 'failure',
        reasonCode: 'ability_missing',
        actor: ADMIN,
        httpStatus: 403,
        details: { ability: 'sms:send', method: 'POST', route: '/api/sms/send' },
      }
  }
}
