import canonicalize from 'canonicalize'
import { type AuditRow, filterColumnsOf } from '#audit/chain/audit_row'
import type { ExportedEvent } from '#audit/export/export_line'
import type { SignedManifest } from '#audit/export/manifest'
import type { AuditBody } from '#audit/recording/audit_body'
import { commitmentOf } from '#audit/recording/personal_values'

/** An exported event as the row that it was made of. Undefined for a line that is none. */
export function rowOf(text: string): { row: AuditRow; event: ExportedEvent } | undefined {
  const event = objectOf(text) as ExportedEvent | undefined
  if (!event || !Number.isSafeInteger(event.seq)) return undefined
  if (typeof event.fingerprint !== 'string' || typeof event.prevFingerprint !== 'string') {
    return undefined
  }
  if (!isObject(event.body)) return undefined

  const row = {
    seq: event.seq,
    body: canonicalize(event.body)!,
    fingerprint: event.fingerprint,
    prev_fingerprint: event.prevFingerprint,
    ...filterColumnsOf(event.body as unknown as AuditBody),
  }
  return { row, event }
}

/** Undefined for a line that is no manifest. */
export function signedManifestOf(text: string): SignedManifest | undefined {
  const signed = objectOf(text) as SignedManifest | undefined
  if (!signed || !isObject(signed.manifest)) return undefined
  if (typeof signed.signature !== 'string' || typeof signed.keyId !== 'string') return undefined
  return signed
}

/** How many personal values are gone; undefined when one is not what the event commits to. */
export function erasedValuesOf({ body, personal = {} }: ExportedEvent): number | undefined {
  const commitments = (body.commitments ?? {}) as Record<string, string>
  const values = Object.entries(personal)
  const genuine = values.every(([field, value]) => {
    const { salt, value: text } = value ?? {}
    if (typeof salt !== 'string' || typeof text !== 'string') return false
    return commitments[field] === commitmentOf({ salt, value: text })
  })
  return genuine ? Object.keys(commitments).length - values.length : undefined
}

function objectOf(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
