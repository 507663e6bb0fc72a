import type { RowProblem } from '#audit/verification/chain_check'

/** What is wrong with an export. */
export type ExportProblem =
  | RowProblem
  | 'personal_value_changed'
  | 'line_unreadable'
  | 'cut_off'
  | 'manifest_forged'
  | 'manifest_key_unknown'
  | 'manifest_disagrees'
  | 'file_changed'
  | 'rewritten'
  | 'tail_cut'
  | 'rolled_back'

/** What the verification of an export found. */
export interface ExportVerdict {
  valid: boolean

  /** Events that were found good. */
  count: number
  firstSeq: number | null
  lastSeq: number | null

  /** The last event that was found good, and the key that signed the manifest. */
  head: { seq: number; fingerprint: string; keyId: string | null } | null
  firstBadSeq: number | null
  problem: ExportProblem | null
  erased: number

  /** Kept checkpoints that the export agrees with. */
  checkpoints: { agreed: number; ignored: number }

  /**
   * Whether the events follow each other without a gap. Otherwise each was checked by itself,
   * and nothing is proven of the events between them.
   */
  complete: boolean

  /** The line that is wrong, from 1. */
  line: number | null
}

const CHOSEN =
  'chosen by filters: they are what was exported, and each agrees with itself. Whether events between them were changed or removed, only an export without filters or audit:verify can tell.'

/** For people. */
export function exportSentenceOf(verdict: ExportVerdict): string {
  const { valid, count, firstSeq, lastSeq, firstBadSeq, line, problem, complete } = verdict
  if (valid) {
    if (count === 0) return 'Valid: the export holds no events.'
    const kind = complete ? 'without a gap.' : CHOSEN
    return `Valid: ${count} events, ${firstSeq} to ${lastSeq}, ${kind}`
  }

  const event = firstBadSeq === null ? '' : ` First bad event: ${firstBadSeq}.`
  return `Not valid: ${EXPLANATIONS[problem!]}${event}${line === null ? '' : ` Line ${line}.`}`
}

const EXPLANATIONS: Record<ExportProblem, string> = {
  gap: 'events are missing, or stand in another order.',
  number_twice: 'two events have the same number.',
  broken_link: 'an event does not follow the one before it.',
  body_changed: 'an event does not have the fingerprint that it was recorded with.',
  body_unreadable: 'the body of an event cannot be read.',
  column_changed: 'a column says something else than the body of its event.',
  signature_missing: 'an event does not name the signature that it was appended to.',
  personal_value_changed: 'a personal value is not the one that its event commits to.',
  line_unreadable: 'a line is no event of an export.',
  cut_off: 'the export has no manifest: it was cut off, or never finished.',
  manifest_forged: 'the signature of the manifest is wrong.',
  manifest_key_unknown: 'the manifest is signed by a key that was not given.',
  manifest_disagrees: 'the manifest tells of other events than the export holds.',
  rewritten:
    'the trail had been rewritten when it was exported: a signature in it was made for other events.',
  file_changed: 'the bytes of the export are not those that were signed.',
  tail_cut: 'a checkpoint tells of events behind the end of the export.',
  rolled_back: 'a checkpoint tells another history than the export.',
}
