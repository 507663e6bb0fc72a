import type { ChainPosition } from '#audit/chain/position'
import type { Signature, SigningKey } from '#audit/chain/signing_key'

/** The newest event of a chain, as whoever appended it signed it. */
export interface SignedHead extends ChainPosition, Signature {
  chain: string
}

/** The bytes under the signature of a head. */
export function headText(chain: string, { seq, fingerprint }: ChainPosition): string {
  return `audit-head-v1\n${chain}\n${seq}\n${fingerprint}`
}

export function signHead(key: SigningKey, chain: string, position: ChainPosition): SignedHead {
  const { seq, fingerprint } = position
  return { chain, seq, fingerprint, ...key.sign(headText(chain, position)) }
}
