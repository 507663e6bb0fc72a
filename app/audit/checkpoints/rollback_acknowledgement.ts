import type { ChainPosition } from '#audit/chain/position'
import type { Signature, SigningKey } from '#audit/chain/signing_key'

/** Somebody has seen that the chain is shorter than its checkpoints say, and has accepted it. */
export interface RollbackAcknowledgement extends ChainPosition, Signature {
  kind: 'rollback_acknowledged'
  chain: string

  /** The last event that checkpoints told of and that is gone. */
  lostUpTo: number

  /** ISO 8601, UTC. */
  createdAt: string
}

type Facts = Omit<RollbackAcknowledgement, keyof Signature | 'kind'>

/** The bytes under the signature. */
export function acknowledgementText(facts: Facts): string {
  const { chain, seq, fingerprint, lostUpTo, createdAt } = facts
  return ['audit-rollback-v1', chain, seq, fingerprint, lostUpTo, createdAt].join('\n')
}

export function signAcknowledgement(key: SigningKey, facts: Facts): RollbackAcknowledgement {
  return { kind: 'rollback_acknowledged', ...facts, ...key.sign(acknowledgementText(facts)) }
}
