import { exportLine } from '#audit/export/export_line'
import type { ExportFormat } from '#audit/export/formats'

/** One JSON document a line: what was hashed, byte by byte, so that it can be verified anywhere. */
export const ndjson: ExportFormat = {
  name: 'ndjson',
  mediaType: 'application/x-ndjson',
  opening: '',
  lines: (events) => {
    let text = ''
    for (const event of events) text += `${exportLine(event, event.personalValues)}\n`
    return text
  },
  closing: (manifest) => `${JSON.stringify(manifest)}\n`,
}
