import type { Signature, SigningKey } from '#audit/chain/signing_key'

/**
 * Says that the events up to a number were, or are being, removed by the retention rule.
 * The chain begins behind it: without a signed mark, missing events are missing.
 */
export interface PurgeMark extends Signature {
  chain: string
  firstSeq: number
  lastSeq: number

  /** Fingerprint of event `lastSeq`: what the first event that is kept names as its predecessor. */
  fingerprint: string

  /** ISO 8601, UTC. */
  startedAt: string
}

/** The bytes under the signature of a purge mark. */
export function purgeMarkText(mark: Omit<PurgeMark, keyof Signature>): string {
  const { chain, firstSeq, lastSeq, fingerprint, startedAt } = mark
  return ['audit-purge-v1', chain, firstSeq, lastSeq, fingerprint, startedAt].join('\n')
}

export function signPurgeMark(key: SigningKey, facts: Omit<PurgeMark, keyof Signature>): PurgeMark {
  return { ...facts, ...key.sign(purgeMarkText(facts)) }
}
