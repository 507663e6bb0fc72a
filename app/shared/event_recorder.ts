import type { TransactionClientContract } from '@adonisjs/lucid/types/database'
import { GatewayError } from '#shared/gateway_error'

/** Who caused an event. `id` is a stable id, never an e-mail address. */
export interface Actor {
  type: 'system' | 'user'
  id: string
  role?: string

  /** Who vouched for the caller: `iss` of the JWT it came with. Absent where it came with a token of ours. */
  issuer?: string

  /** Whom the issuer vouched for: `sub` of the JWT, which may name a person. Kept erasable. */
  subject?: string

  /** Address of the caller, after trusted proxies. Kept erasable. */
  sourceIp?: string
}

/** One thing that happened and that an auditor may ask for. Instants are milliseconds since 1970. */
export interface AuditEvent {
  /** Dotted name, e.g. `auth.token.generated`. */
  type: string
  outcome: 'success' | 'failure' | 'unknown'
  severity?: 'informational' | 'low' | 'medium' | 'high' | 'critical'

  /** Why, as a word for programs, e.g. `expired`, `invalid_client`. */
  reasonCode?: string
  occurredAt?: number
  actor?: Actor
  target?: { type: string; id: string }

  /** Whose credentials were concerned, where a provider serves several tenants. */
  tenant?: string

  /** The token concerned, by keyed fingerprint. */
  token?: { fingerprint: string; issuedAt?: number; expiresAt?: number }

  /** Fingerprint of the token that this one replaced. */
  previousTokenFingerprint?: string

  /** Joins the rows of one token request. */
  attemptId?: string

  /** Joins everything that one inbound request caused: its request id. */
  correlationId?: string
  httpStatus?: number
  upstreamCode?: string
  durationMs?: number

  /** How many occurrences this event stands for, when more than one. */
  count?: number

  /** Free text given by a person. Kept erasable. */
  comment?: string

  /** Further facts, by name. Never a secret, never text of a foreign system. */
  details?: Record<string, string | number | boolean | null>
}

/**
 * Writes events to the audit trail.
 *
 * `record` resolves when the event is durable and rejects with
 * {@link RecordingUnavailable} when it is not. Given a transaction it joins it:
 * the event is then durable when, and only if, that transaction commits.
 */
export abstract class EventRecorder {
  abstract record(event: AuditEvent, trx?: TransactionClientContract): Promise<void>
}

/** Nothing can be recorded, so nothing may be done. */
export class RecordingUnavailable extends GatewayError {
  /** @param forNow false: it stays so until an operator has looked into it */
  constructor(forNow = true) {
    super(forNow ? OUTAGE : REFUSAL, {
      code: 'recording_unavailable',
      status: 503,
      retryable: forNow,
      retryAfterMs: forNow ? 5_000 : undefined,
    })
  }
}

const OUTAGE = 'The audit trail cannot be written at the moment, so nothing was done.'
const REFUSAL =
  'The audit trail may not be written until an operator has looked into it, so nothing was done.'
