import { createHash } from 'node:crypto'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import type { SigningKey } from '#audit/chain/signing_key'
import { exportLine } from '#audit/export/export_line'
import { type ExportManifest, signManifest } from '#audit/export/manifest'
import { testSigningKey } from '#tests/helpers/audit/test_trail'
import { chainRows } from '#tests/helpers/audit_rows'

/** The lines of a whole trail as an export holds them, without the manifest. */
export async function exportedLines(client: QueryClientContract): Promise<string[]> {
  const rows = await chainRows(client)
  const values = await client.from('audit_personal_values').select('*')
  return rows.map((row) =>
    exportLine(
      row,
      values.filter((value) => value.event_id === row.event_id)
    )
  )
}

/** An export of these lines with a manifest that is signed. */
export function exportText(
  lines: string[],
  change: Partial<ExportManifest> = {},
  key: SigningKey = testSigningKey
): string {
  const content = lines.map((line) => `${line}\n`).join('')
  const events = lines.map((line) => JSON.parse(line))
  const manifest = signManifest(key, {
    format: 'ndjson',
    chain: 'main',
    filters: {},
    firstSeq: events[0]?.seq ?? null,
    lastSeq: events.at(-1)?.seq ?? null,
    count: events.length,
    headFingerprint: events.at(-1)?.fingerprint ?? null,
    exportedAt: '2026-06-01T00:00:00.000Z',
    sha256: createHash('sha256').update(content).digest('hex'),
    ...change,
  })
  return `${content}${JSON.stringify(manifest)}\n`
}
