import { type Options, stringify } from 'csv-stringify/sync'
import type { AuditBody } from '#audit/recording/audit_body'
import type { ExportFormat } from '#audit/export/formats'
import type { StoredEvent } from '#audit/stores/export_store'

/** The fields of the body that have a column of their own. */
const FIELDS = [
  'eventId',
  'eventType',
  'occurredAt',
  'recordedAt',
  'outcome',
  'severity',
  'reasonCode',
  'actorType',
  'actorId',
  'actorRole',
  'actorIssuer',
  'targetType',
  'targetId',
  'tenant',
  'tokenFingerprint',
  'tokenIssuedAt',
  'tokenExpiresAt',
  'previousTokenFingerprint',
  'attemptId',
  'correlationId',
  'httpStatus',
  'upstreamCode',
  'durationMs',
  'count',
  'details',
  'instanceId',
] as const satisfies (keyof AuditBody)[]

const PERSONAL = ['sourceIp', 'actorSubject', 'comment'] as const

/** What was hashed stands last, as it is: with `prevFingerprint` it gives `fingerprint`. */
const COLUMNS = ['seq', ...FIELDS, ...PERSONAL, 'prevFingerprint', 'fingerprint', 'body']

/**
 * RFC 4180, for spreadsheets. They run a cell as a formula that begins with = + - @, also
 * in full width or behind a tab or a line break: an apostrophe in front makes it text.
 */
const OPTIONS: Options = {
  record_delimiter: 'windows',
  escape_formulas: true,
  // The one beginning that the option above leaves out.
  cast: { string: (value) => (value.startsWith('\n') ? `'${value}` : value) },
}

export const csv: ExportFormat = {
  name: 'csv',
  mediaType: 'text/csv; charset=utf-8; header=present',
  opening: stringify([COLUMNS], OPTIONS),
  lines: (events) => stringify(events.map(recordOf), OPTIONS),
  closing: (manifest) => stringify([['#manifest', JSON.stringify(manifest)]], OPTIONS),
}

function recordOf(event: StoredEvent): unknown[] {
  const { seq, prev_fingerprint: previous, fingerprint, body: text, personalValues } = event
  const body = readable(text)
  const personal = new Map(personalValues.map(({ field, value }) => [field, value]))

  return [
    seq,
    ...FIELDS.map((field) => body[field]),
    ...PERSONAL.map((field) => personal.get(field)),
    previous,
    fingerprint,
    text,
  ]
}

/** A body that was tampered with beyond reading is exported all the same: it is evidence. */
function readable(body: string): Partial<AuditBody> {
  try {
    return (JSON.parse(body) ?? {}) as Partial<AuditBody>
  } catch {
    return {}
  }
}
