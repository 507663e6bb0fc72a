import type { ChainPosition } from '#audit/chain/position'
import type { RowProblem } from '#audit/verification/chain_check'

/** What is wrong with a trail. */
export type TrailProblem =
  | RowProblem
  | 'inserted'
  | 'before_beginning'
  | 'personal_value_changed'
  | 'head_missing'
  | 'head_unsigned'
  | 'head_forged'
  | 'head_key_unknown'
  | 'events_behind_head'
  | 'rewritten'
  | 'tail_cut'
  | 'rolled_back'
  | 'purge_mark_forged'
  | 'purge_mark_key_unknown'

/** What a verification found. */
export interface TrailVerdict {
  valid: boolean

  /** Events that were found good. */
  count: number

  /** The first and the last event that were found good; null where there is none. */
  firstSeq: number | null
  lastSeq: number | null

  /** The newest event and the key that signed it; null when the row is missing. */
  head: (ChainPosition & { keyId: string | null }) | null

  /** The first event that is not what was recorded, or is missing. */
  firstBadSeq: number | null
  problem: TrailProblem | null

  /** Personal values whose event has a commitment to them and that are gone. */
  erased: number
  checkpoints: CheckpointCount
}

export interface CheckpointCount {
  /** Checkpoints that the chain agrees with. */
  agreed: number

  /** How many of them came from outside the database: without any, a tail that was cut does not show. */
  outside: number

  /** Checkpoints that say something else and that nobody we trust has signed: they prove nothing. */
  ignored: number
}

/** The verdict with its sentence, as it is handed out. */
export function describedVerdict(verdict: TrailVerdict): TrailVerdict & { message: string } {
  return { ...verdict, message: sentenceOf(verdict) }
}

/** One sentence for people. */
export function sentenceOf(verdict: TrailVerdict): string {
  const { valid, count, firstSeq, lastSeq, firstBadSeq, problem } = verdict
  if (!valid) return `Tampered: ${EXPLANATIONS[problem!]} First bad event: ${firstBadSeq}.`
  if (count === 0) return 'Valid: the trail is empty.'
  return `Valid: ${count} events, ${firstSeq} to ${lastSeq}.${blindSpotOf(verdict)}`
}

function blindSpotOf({ checkpoints: { agreed, outside } }: TrailVerdict): string {
  if (agreed === 0 || outside > 0) return ''
  return ' No checkpoint came from outside the database: events cut off its end would not show. Look for the checkpoint file.'
}

const EXPLANATIONS: Record<TrailProblem, string> = {
  gap: 'events are missing.',
  number_twice: 'two events have the same number.',
  inserted: 'an event was put in between.',
  before_beginning: 'there are events in front of the beginning of the chain.',
  broken_link: 'an event does not follow the one before it.',
  body_changed: 'an event does not have the fingerprint that it was recorded with.',
  body_unreadable: 'the body of an event cannot be read.',
  column_changed: 'a column says something else than the body of its event.',
  signature_missing: 'an event does not name the signature that it was appended to.',
  personal_value_changed: 'a personal value is not the one that its event commits to.',
  head_missing: 'the head of the chain is gone.',
  head_unsigned: 'the head of the chain is not signed.',
  head_forged: 'the signature of the head is wrong.',
  head_key_unknown: 'the head is signed by a key that is not trusted here.',
  events_behind_head: 'there are events behind the signed head.',
  rewritten: 'the chain was rewritten: it agrees with itself, but not with its signatures.',
  tail_cut: 'the newest events were cut off; a checkpoint outside the database tells of them.',
  rolled_back: 'an older state was restored and continued: a checkpoint tells another history.',
  purge_mark_forged: 'a purge mark has a wrong signature.',
  purge_mark_key_unknown: 'a purge mark is signed by a key that is not trusted here.',
}
