import { hash } from 'node:crypto'

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
const EVENT_DOMAIN = 0x00

const BODY_OFFSET = 1 + 32

/** SHA-256(0x00 ‖ fingerprint of the event before ‖ body in UTF-8), in hex. */
export function fingerprintOf(previousFingerprint: string, body: string): string {
  const bytes = Buffer.allocUnsafe(BODY_OFFSET + Buffer.byteLength(body))
  bytes[0] = EVENT_DOMAIN
  bytes.write(previousFingerprint, 1, 32, 'hex')
  bytes.write(body, BODY_OFFSET, 'utf8')

  return hash('sha256', bytes, 'hex')
}
