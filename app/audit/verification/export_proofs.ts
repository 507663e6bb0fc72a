import { headText } from '#audit/chain/signed_head'
import type { TrustedKeys } from '#audit/chain/trusted_keys'
import type { ExportLine } from '#audit/verification/export_lines'
import { rowOf } from '#audit/verification/exported_row'

/**
 * Looks through an export that is not what it was for the last event that the signatures
 * in its events vouch for.
 *
 * @param upTo the last event that follows the one before it
 * @returns that event's number, 0 for none, and whether a signature behind it is wrong
 */
export async function provenByExport(
  lines: AsyncIterable<ExportLine>,
  options: { keys: TrustedKeys; chain: string; upTo: number }
): Promise<{ upTo: number; contradicted: boolean }> {
  const { keys, chain } = options
  let upTo = 0

  for await (const { text } of lines) {
    const read = rowOf(text)
    if (!read || read.row.seq > options.upTo) break

    const { seq, prevFingerprint: fingerprint, body } = read.event
    const { headSignature } = body
    if (typeof headSignature !== 'string') continue
    if (!keys.anySigned(headText(chain, { seq: seq - 1, fingerprint }), headSignature)) {
      return { upTo, contradicted: true }
    }
    upTo = seq - 1
  }
  return { upTo, contradicted: false }
}
