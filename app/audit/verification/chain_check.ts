import type { AuditBody } from '#audit/recording/audit_body'
import { filterColumnsOf, type AuditRow, type FilterColumn } from '#audit/chain/audit_row'
import { type ChainPosition, fingerprintOf, GENESIS } from '#audit/chain/position'

export type ChainProblem =
  'gap' | 'broken_link' | 'body_changed' | 'body_unreadable' | 'column_changed'

export interface ChainVerdict {
  valid: boolean

  /** Rows that were found good. */
  count: number

  /** The last good row: where the next page of rows has to continue. */
  head: ChainPosition
  firstBadSeq?: number
  problem?: ChainProblem
}

/**
 * Recomputes a run of rows in the order of their numbers. `after` is the position
 * before the first of them, so that a long chain can be checked page by page.
 */
export function checkChain(rows: Iterable<AuditRow>, after = GENESIS): ChainVerdict {
  let head = after
  let count = 0

  for (const row of rows) {
    const problem = problemOf(row, head)
    // A missing row is the bad one, not the row found in its place.
    const firstBadSeq = problem === 'gap' ? head.seq + 1 : row.seq
    if (problem) return { valid: false, count, head, firstBadSeq, problem }

    head = { seq: row.seq, fingerprint: row.fingerprint }
    count++
  }

  return { valid: true, count, head }
}

function problemOf(row: AuditRow, before: ChainPosition): ChainProblem | undefined {
  if (row.seq !== before.seq + 1) return 'gap'
  if (row.prev_fingerprint !== before.fingerprint) return 'broken_link'
  if (row.fingerprint !== fingerprintOf(before.fingerprint, row.body)) return 'body_changed'

  const body = parseBody(row.body)
  if (!body) return 'body_unreadable'

  const expected = Object.entries(filterColumnsOf(body)) as [FilterColumn, string | null][]
  return expected.some(([column, value]) => row[column] !== value) ? 'column_changed' : undefined
}

function parseBody(text: string): AuditBody | undefined {
  try {
    return JSON.parse(text) as AuditBody
  } catch {
    return undefined
  }
}
