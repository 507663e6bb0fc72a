import db from '@adonisjs/lucid/services/db'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import type { AuditBody } from '#audit/recording/audit_body'
import type { AuditRow } from '#audit/chain/audit_row'

export interface RecordedEvent {
  seq: number
  fingerprint: string
  prevFingerprint: string
  body: AuditBody

  /** The erasable values beside the event: `sourceIp`, `comment`. */
  personal: Record<string, string>
}

/**
 * The events of the trail in their order. `type` picks one event type, or those that
 * begin with it when it ends in a dot: `auditRows('auth.token.')`.
 */
export async function auditRows(
  type = '',
  client: QueryClientContract = db.connection()
): Promise<RecordedEvent[]> {
  const rows = await chainRows(client)
  const personal = await client.from('audit_personal_values').select('event_id', 'field', 'value')

  const events = rows.map((row) => ({
    seq: row.seq,
    fingerprint: row.fingerprint,
    prevFingerprint: row.prev_fingerprint,
    body: JSON.parse(row.body) as AuditBody,
    personal: Object.fromEntries(
      personal
        .filter((value) => value.event_id === row.event_id)
        .map((value) => [value.field, value.value])
    ),
  }))

  return events.filter(({ body: { eventType } }) =>
    type === '' || type.endsWith('.') ? eventType.startsWith(type) : eventType === type
  )
}

/** The rows as they are stored, for `checkChain`. */
export async function chainRows(client: QueryClientContract): Promise<AuditRow[]> {
  const rows = await client.from('audit_events').select('*').orderBy('seq')
  return rows.map((row) => ({ ...row, seq: Number(row.seq) }))
}
