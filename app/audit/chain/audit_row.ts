import type { AuditBody } from '#audit/recording/audit_body'

/**
 * The columns that repeat a field of the body, to filter and sort by. The body is the
 * evidence: a column that says something else has been tampered with.
 */
export const FILTER_COLUMNS = {
  event_id: 'eventId',
  event_type: 'eventType',
  occurred_at: 'occurredAt',
  recorded_at: 'recordedAt',
  outcome: 'outcome',
  severity: 'severity',
  reason_code: 'reasonCode',
  actor_type: 'actorType',
  actor_id: 'actorId',
  actor_role: 'actorRole',
  target_type: 'targetType',
  target_id: 'targetId',
  tenant: 'tenant',
  correlation_id: 'correlationId',
  attempt_id: 'attemptId',
  token_fingerprint: 'tokenFingerprint',
} as const satisfies Record<string, keyof AuditBody>

export type FilterColumn = keyof typeof FILTER_COLUMNS

/** One row of the chain: its place, its evidence, and the columns taken from it. */
export interface AuditRow extends Record<FilterColumn, string | null> {
  seq: number
  body: string
  fingerprint: string
  prev_fingerprint: string
}

/** In pairs, since every event that is written or verified passes through them. */
export const FILTER_COLUMN_PAIRS = Object.entries(FILTER_COLUMNS) as [
  FilterColumn,
  keyof AuditBody,
][]

export function filterColumnsOf(body: AuditBody): Record<FilterColumn, string | null> {
  const columns = {} as Record<FilterColumn, string | null>
  for (const [column, field] of FILTER_COLUMN_PAIRS)
    columns[column] = (body[field] ?? null) as string | null
  return columns
}
