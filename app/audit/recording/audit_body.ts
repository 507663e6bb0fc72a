import canonicalize from 'canonicalize'
import type { Actor, AuditEvent } from '#shared/event_recorder'
import { boundedText } from '#audit/recording/bounded_text'
import type { Commitments } from '#audit/recording/personal_values'

/** The evidence: what one event says, for ever. Instants are ISO 8601 in UTC with milliseconds. */
export interface AuditBody {
  /**
   * Form of the body, raised when a field changes its meaning. Up to 1, no event named
   * the head before it; since 2, the first of every group does.
   */
  schemaVersion: 2
  eventId: string
  eventType: string
  occurredAt: string
  recordedAt: string
  outcome: AuditEvent['outcome']
  severity: NonNullable<AuditEvent['severity']>
  reasonCode?: string
  actorType: Actor['type']
  actorId: string
  actorRole?: string

  /** Who vouched for a caller that came with a JWT. Whom it named stands beside the chain. */
  actorIssuer?: string
  targetType?: string
  targetId?: string
  tenant?: string
  tokenFingerprint?: string
  tokenIssuedAt?: string
  tokenExpiresAt?: string
  previousTokenFingerprint?: string
  attemptId?: string
  correlationId?: string
  httpStatus?: number
  upstreamCode?: string
  durationMs?: number
  count?: number
  details?: Record<string, string | number | boolean | null>

  /** Salted SHA-256 of each personal value that was given. */
  commitments?: Commitments

  /**
   * Signature of the head that this event was appended to, in the first event of every
   * group that is committed together. It makes signatures evidence: where a chain was
   * rewritten, they tell how far it was genuine.
   */
  headSignature?: string

  /** The process that wrote the event. */
  instanceId: string
}

/** What the trail adds to an event. */
export interface RecordingFacts {
  eventId: string

  /** ISO 8601 in UTC with milliseconds. */
  recordedAt: string
  instanceId: string
  commitments?: Commitments
  headSignature?: string
}

/** Whoever records without naming an actor is the gateway itself: no event is without one. */
const GATEWAY: Actor = { type: 'system', id: 'gateway' }

const SEVERITY = { success: 'informational', failure: 'medium', unknown: 'medium' } as const

const LONGEST_WORD = 128
const LONGEST_ISSUER = 256
const LONGEST_DETAIL = 500
const LONGEST_DETAIL_NAME = 40
const MOST_DETAILS = 24

/** Year 9999: from there on ISO 8601 text has another form, which would not sort. */
const LAST_INSTANT = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** Takes the fields of an event one by one and bounds each, so that nothing else gets in. */
export function bodyOf(event: AuditEvent, facts: RecordingFacts): AuditBody {
  const actor = event.actor ?? GATEWAY
  const { recordedAt } = facts

  return {
    schemaVersion: 2,
    eventId: facts.eventId,
    eventType: word(event.type) ?? 'unnamed',
    occurredAt: instant(event.occurredAt) ?? recordedAt,
    recordedAt,
    outcome: event.outcome,
    severity: event.severity ?? SEVERITY[event.outcome],
    reasonCode: word(event.reasonCode),
    actorType: actor.type,
    actorId: word(actor.id) ?? 'unnamed',
    actorRole: word(actor.role),
    actorIssuer: word(actor.issuer, LONGEST_ISSUER),
    targetType: word(event.target?.type),
    targetId: word(event.target?.id),
    tenant: word(event.tenant),
    ...tokenFields(event),
    attemptId: word(event.attemptId),
    correlationId: word(event.correlationId),
    httpStatus: number(event.httpStatus),
    upstreamCode: word(event.upstreamCode),
    durationMs: number(event.durationMs),
    count: number(event.count),
    details: details(event.details),
    commitments: facts.commitments,
    headSignature: facts.headSignature,
    instanceId: boundedText(facts.instanceId, LONGEST_WORD),
  }
}

/** The body as it is hashed and stored (RFC 8785). Fields without a value are left out. */
export function canonicalText(body: AuditBody): string {
  const text = canonicalize(body)
  if (text === undefined) throw new TypeError('The body of an audit event has no canonical form')
  return text
}

function tokenFields(event: AuditEvent) {
  return {
    tokenFingerprint: word(event.token?.fingerprint),
    tokenIssuedAt: instant(event.token?.issuedAt),
    tokenExpiresAt: instant(event.token?.expiresAt),
    previousTokenFingerprint: word(event.previousTokenFingerprint),
  }
}

function word(value: string | undefined, longest = LONGEST_WORD): string | undefined {
  return value ? boundedText(value, longest) : undefined
}

function number(value: number | undefined): number | undefined {
  return Number.isFinite(value) ? value : undefined
}

function instant(value: number | undefined): string | undefined {
  if (value === undefined || !(value >= 0 && value <= LAST_INSTANT)) return undefined
  return new Date(value).toISOString()
}

function details(given: AuditEvent['details']): AuditBody['details'] {
  const entries = Object.entries(given ?? {}).slice(0, MOST_DETAILS)
  if (entries.length === 0) return undefined

  return Object.fromEntries(
    entries.map(([name, value]) => [boundedText(name, LONGEST_DETAIL_NAME), detail(value)])
  )
}

function detail(value: string | number | boolean | null): string | number | boolean | null {
  if (typeof value === 'string') return boundedText(value, LONGEST_DETAIL)
  if (typeof value === 'number') return number(value) ?? null
  return value
}
