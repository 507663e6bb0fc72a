import canonicalize from 'canonicalize'
import type { Signature, SigningKey } from '#audit/chain/signing_key'

/** What an export holds, so that nobody can shorten or change it unseen. */
export interface ExportManifest {
  format: 'ndjson' | 'csv'
  chain: string

  /** The filters as they were asked for. Without any, the events follow each other without a gap. */
  filters: Record<string, string>
  firstSeq: number | null
  lastSeq: number | null
  count: number

  /** Fingerprint of the last exported event. */
  headFingerprint: string | null

  /** ISO 8601, UTC. */
  exportedAt: string

  /** SHA-256, in hex, of every byte before the line with the manifest. */
  sha256: string
}

/** The last line of an export. */
export interface SignedManifest extends Signature {
  manifest: ExportManifest
}

/** The bytes under the signature of a manifest. */
export function manifestText(manifest: ExportManifest): string {
  return `audit-manifest-v1\n${canonicalize(manifest)}`
}

export function signManifest(key: SigningKey, manifest: ExportManifest): SignedManifest {
  return { manifest, ...key.sign(manifestText(manifest)) }
}
