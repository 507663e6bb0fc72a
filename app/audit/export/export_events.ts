import type { Actor, AuditEvent } from '#shared/event_recorder'
import { type EventFilters, recordedAs } from '#audit/search/event_filters'
import type { ExportManifest, SignedManifest } from '#audit/export/manifest'

/** Who exports what. */
export interface ExportOrder {
  format: ExportManifest['format']
  filters: EventFilters

  /** The filters as they were asked for, by name. */
  asked: Record<string, string>
  actor: Actor

  /** Joins the events of one export. */
  correlationId: string
}

export function exportStarted(order: ExportOrder, chain: string): AuditEvent {
  return {
    ...commonOf(order, chain),
    type: 'audit.export_started',
    outcome: 'unknown',
    severity: 'informational',
    details: detailsOf(order),
  }
}

export function exported(order: ExportOrder, signed: SignedManifest): AuditEvent {
  const { count, firstSeq, lastSeq, headFingerprint, sha256, chain } = signed.manifest
  const written = { count, firstSeq, lastSeq, headFingerprint, sha256, keyId: signed.keyId }

  return {
    ...commonOf(order, chain),
    type: 'audit.exported',
    outcome: 'success',
    details: { ...written, partial: false, ...detailsOf(order) },
  }
}

/** What was written before the export failed may have been read. */
export function exportFailed(
  order: ExportOrder,
  chain: string,
  facts: {
    reasonCode: string
    extent: Pick<ExportManifest, 'count' | 'firstSeq' | 'lastSeq'>
  }
): AuditEvent {
  const { count, firstSeq, lastSeq } = facts.extent
  return {
    ...commonOf(order, chain),
    type: 'audit.exported',
    outcome: 'failure',
    reasonCode: facts.reasonCode,
    details: { count, firstSeq, lastSeq, partial: true, ...detailsOf(order) },
  }
}

function commonOf({ actor, correlationId, asked }: ExportOrder, chain: string) {
  const { comment } = recordedAs(asked)
  return { actor, correlationId, comment, target: { type: 'audit_trail', id: chain } }
}

function detailsOf({ format, asked }: ExportOrder): NonNullable<AuditEvent['details']> {
  const named = Object.entries(recordedAs(asked).details).map(([name, value]) => [
    `filter.${name}`,
    value,
  ])
  return { format, ...Object.fromEntries(named) }
}
