import type { AuditRow } from '#audit/chain/audit_row'
import type { PersonalValue } from '#audit/recording/personal_values'

/** An event as one line of an NDJSON export, read back. */
export interface ExportedEvent {
  seq: number
  prevFingerprint: string
  fingerprint: string

  /** The canonical JSON (RFC 8785) that the fingerprint was made of. */
  body: Record<string, unknown>

  /** What has not been erased, with the salts that its commitments in the body were made with. */
  personal?: Partial<Record<PersonalValue['field'], Pick<PersonalValue, 'value' | 'salt'>>>
}

/**
 * One line without its line break. The body goes in as it is stored: what is exported is
 * what was hashed, byte by byte.
 */
export function exportLine(
  row: Pick<AuditRow, 'seq' | 'prev_fingerprint' | 'fingerprint' | 'body'>,
  personalValues: readonly PersonalValue[] = []
): string {
  const { seq, prev_fingerprint: previous, fingerprint, body } = row
  const personal = personalValues.length > 0 ? `,"personal":${personalText(personalValues)}` : ''
  return `{"seq":${seq},"prevFingerprint":"${previous}","fingerprint":"${fingerprint}","body":${body}${personal}}`
}

function personalText(values: readonly PersonalValue[]): string {
  return JSON.stringify(
    Object.fromEntries(values.map(({ field, value, salt }) => [field, { value, salt }]))
  )
}
