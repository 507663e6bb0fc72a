import type { AuditBody } from '#audit/recording/audit_body'
import { type AuditRow, FILTER_COLUMN_PAIRS } from '#audit/chain/audit_row'
import { type ChainPosition, fingerprintOf, GENESIS } from '#audit/chain/position'

/** What can be wrong with a row, given the rows before it. */
export type RowProblem =
  | 'gap'
  | 'number_twice'
  | 'broken_link'
  | 'body_changed'
  | 'body_unreadable'
  | 'column_changed'
  | 'signature_missing'

/** A row that was found good, and what the next row is compared with. */
export interface CheckedPosition extends ChainPosition {
  /** What the events of one group have in common; undefined where it is not known. */
  group?: string
}

export interface ChainCheck {
  valid: boolean

  /** Rows that were found good. */
  count: number

  /** The last good row: where the next page of rows has to continue. */
  head: CheckedPosition
  firstBadSeq?: number
  problem?: RowProblem
}

/** Since when the first event of a group names the signature of the head before it. */
const NAMES_HEAD_SINCE = 2

/**
 * Recomputes a run of rows in the order of their numbers.
 *
 * @param after the position before the first of them, so that a long chain can be checked
 * page by page
 * @param good told of every row that was found good, with its body
 */
export function checkChain<Row extends AuditRow>(
  rows: Iterable<Row>,
  after: CheckedPosition = GENESIS,
  good?: (row: Row, body: AuditBody) => void
): ChainCheck {
  let head = after
  let count = 0

  for (const row of rows) {
    const checked = checkRow(row, head)
    if (typeof checked === 'string') {
      // A missing row is the bad one, not the row found in its place.
      const firstBadSeq = checked === 'gap' ? head.seq + 1 : row.seq
      return { valid: false, count, head, firstBadSeq, problem: checked }
    }

    const { body, group } = checked
    good?.(row, body)
    head = { seq: row.seq, fingerprint: row.fingerprint, group }
    count++
  }

  return { valid: true, count, head }
}

/** Whether a row agrees with itself, whatever stands before it. */
export function agreesWithItself(row: AuditRow): boolean {
  return row.fingerprint === fingerprintOf(row.prev_fingerprint, row.body)
}

/** Undefined when the text is no body at all. */
export function parseBody(text: string): AuditBody | undefined {
  try {
    return (JSON.parse(text) as AuditBody | null) ?? undefined
  } catch {
    return undefined
  }
}

/** What a good row says. */
interface GoodRow {
  body: AuditBody
  group: string
}

function checkRow(row: AuditRow, before: CheckedPosition): GoodRow | RowProblem {
  if (row.seq === before.seq) return 'number_twice'
  if (row.seq !== before.seq + 1) return 'gap'
  if (row.prev_fingerprint !== before.fingerprint) return 'broken_link'
  if (row.fingerprint !== fingerprintOf(before.fingerprint, row.body)) return 'body_changed'

  const body = parseBody(row.body)
  if (!body) return 'body_unreadable'
  if (!columnsAgree(row, body)) return 'column_changed'

  const group = `${body.instanceId} ${body.recordedAt}`
  if (lacksSignature(row.seq, body) && before.group && group !== before.group) {
    return 'signature_missing'
  }
  return { body, group }
}

function columnsAgree(row: AuditRow, body: AuditBody): boolean {
  for (const [column, field] of FILTER_COLUMN_PAIRS) {
    if (row[column] !== (body[field] ?? null)) return false
  }
  return true
}

/** Allowed within a group, whose events were written by one process at one instant. */
function lacksSignature(seq: number, body: AuditBody): boolean {
  return body.schemaVersion >= NAMES_HEAD_SINCE && !body.headSignature && seq > 1
}
