import type { ChainPosition } from '#audit/chain/position'
import type { Signature, SigningKey } from '#audit/chain/signing_key'

export type CheckpointReason = 'time' | 'count' | 'shutdown' | 'purge' | 'manual'

/**
 * What the head of a chain was at an instant, signed. Kept outside the database it shows
 * when the newest events were cut off, which the chain by itself cannot show.
 */
export interface Checkpoint extends ChainPosition, Signature {
  chain: string

  /** ISO 8601, UTC. */
  createdAt: string
  reason: CheckpointReason
}

/** The bytes under the signature of a checkpoint. */
export function checkpointText(checkpoint: Omit<Checkpoint, keyof Signature>): string {
  const { chain, seq, fingerprint, createdAt, reason } = checkpoint
  return ['audit-checkpoint-v1', chain, seq, fingerprint, createdAt, reason].join('\n')
}

export function signCheckpoint(
  key: SigningKey,
  facts: Omit<Checkpoint, keyof Signature>
): Checkpoint {
  return { ...facts, ...key.sign(checkpointText(facts)) }
}
