import { createHash } from 'node:crypto'

/** The place of a chain's newest event. */
export interface ChainPosition {
  /** Number of the event, from 1 without gaps. 0 stands for "no event yet". */
  seq: number

  /** SHA-256 in hex. */
  fingerprint: string
}

/** The head as it stands in the database: signed, unless nothing was ever recorded. */
export interface StoredHead extends ChainPosition {
  /** Ed25519, base64. */
  signature: string | null
  keyId: string | null
}

/** What the first event of a chain names as its predecessor. */
export const GENESIS: ChainPosition = { seq: 0, fingerprint: '0'.repeat(64) }

/** Keeps the hash of an event apart from any other hash over the same bytes. */
const EVENT_DOMAIN = Buffer.of(0x00)

/** SHA-256(0x00 ‖ fingerprint of the event before ‖ body in UTF-8), in hex. */
export function fingerprintOf(previousFingerprint: string, body: string): string {
  return createHash('sha256')
    .update(EVENT_DOMAIN)
    .update(Buffer.from(previousFingerprint, 'hex'))
    .update(body, 'utf8')
    .digest('hex')
}
