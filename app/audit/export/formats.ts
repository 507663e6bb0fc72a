import type { ExportManifest, SignedManifest } from '#audit/export/manifest'
import type { StoredEvent } from '#audit/stores/export_store'
import { csv } from '#audit/export/csv'
import { ndjson } from '#audit/export/ndjson'

/** How events are written down. Every text ends with a line break. */
export interface ExportFormat {
  name: ExportManifest['format']

  /** Media type (RFC 6838). */
  mediaType: string

  /** What stands before the first event. May be empty. */
  opening: string
  lines(events: readonly StoredEvent[]): string

  /** The last line. */
  closing(manifest: SignedManifest): string
}

export const formats: Record<ExportFormat['name'], ExportFormat> = { ndjson, csv }

export const FORMAT_NAMES = Object.keys(formats) as ExportFormat['name'][]
