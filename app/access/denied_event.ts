import type { Actor, AuditEvent } from '#shared/event_recorder'
import type { Ability } from '#access/abilities'
import type { JwtRefusal } from '#access/jwt/jwt_refused'

export type RefusalReason =
  | 'token_missing'
  | 'token_invalid'
  | 'user_disabled'
  | 'account_unknown'
  | 'ability_missing'
  | JwtRefusal

/** One caller who was turned away. */
export interface Refusal {
  actor: Actor
  reason: RefusalReason
  ability: Ability
  status: 401 | 403
  method: string

  /** The route's pattern: an address may hold what a caller should not have sent. */
  route: string
  correlationId?: string
}

/** Further refusals, counted. */
export interface RefusalCount {
  /** What they have in common; without it they are of different kinds. */
  first?: Refusal

  /** When counting began, in milliseconds since 1970. */
  since: number
  refusals: number
}

/** One caller who was turned away, as the audit trail holds it. */
export function eventOf(refusal: Refusal, now: number): AuditEvent {
  return {
    type: 'auth.access.denied',
    outcome: 'failure',
    severity: refusal.status === 403 ? 'medium' : 'low',
    reasonCode: refusal.reason,
    occurredAt: now,
    actor: refusal.actor,
    correlationId: refusal.correlationId,
    httpStatus: refusal.status,
    details: { ability: refusal.ability, method: refusal.method, route: refusal.route },
  }
}

/** Many callers who were turned away, as one event. */
export function countOf({ first, since, refusals }: RefusalCount, now: number): AuditEvent {
  const counted = { count: refusals, occurredAt: now }
  const countedSince = new Date(since).toISOString()

  if (first) {
    const event = eventOf({ ...first, correlationId: undefined }, now)
    return { ...event, ...counted, details: { ...event.details, countedSince } }
  }
  return {
    type: 'auth.access.denied',
    outcome: 'failure',
    severity: 'medium',
    reasonCode: 'various',
    ...counted,
    actor: { type: 'user', id: 'various' },
    details: { countedSince },
  }
}
