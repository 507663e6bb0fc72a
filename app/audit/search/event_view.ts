import type { AuditBody } from '#audit/recording/audit_body'
import type { PersonalValue } from '#audit/recording/personal_values'
import type { FoundEvent } from '#audit/stores/event_store'

/** An event as readers see it: its place in the chain, what it says, and what was not erased of it. */
export type EventView = Partial<AuditBody> & {
  seq: number
  eventId: string
  fingerprint: string
  prevFingerprint: string
  sourceIp?: string
  actorSubject?: string
  comment?: string

  /** Personal values that were given and have been erased since. */
  erased?: string[]

  /** The body is no JSON: somebody wrote over it. Verification tells more. */
  unreadable?: true
}

export function eventView(
  row: FoundEvent,
  values: readonly Pick<PersonalValue, 'field' | 'value'>[]
): EventView {
  const body = parse(row.body)
  const personal = Object.fromEntries(values.map(({ field, value }) => [field, value]))
  const erased = Object.keys(body?.commitments ?? {}).filter((field) => !(field in personal))

  return {
    ...body,
    seq: row.seq,
    eventId: row.event_id!,
    fingerprint: row.fingerprint,
    prevFingerprint: row.prev_fingerprint,
    ...personal,
    ...(erased.length > 0 ? { erased } : {}),
    ...(body ? {} : { unreadable: true }),
  }
}

function parse(text: string): AuditBody | undefined {
  try {
    const body: unknown = JSON.parse(text)
    return typeof body === 'object' && body !== null ? (body as AuditBody) : undefined
  } catch {
    return undefined
  }
}
