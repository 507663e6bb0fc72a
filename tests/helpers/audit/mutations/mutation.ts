import canonicalize from 'canonicalize'
import type { AuditBody } from '#audit/recording/audit_body'
import { type AuditRow, filterColumnsOf } from '#audit/chain/audit_row'
import { fingerprintOf } from '#audit/chain/position'
import type { Dice } from '#tests/helpers/audit/mutations/dice'
import type { GenuineTrail, TrailState } from '#tests/helpers/audit/mutations/trail_state'

/** What somebody made of a trail who may write everything and has no key. */
export interface Mutation {
  state: TrailState

  /** What a verification has to name. */
  firstBadSeq: number
}

/** One way to tamper with a trail. Undefined where the trail has nothing to do it to. */
export type Kind = (trail: GenuineTrail, dice: Dice) => Mutation | undefined

export const lastSeqOf = (trail: GenuineTrail) => trail.start + trail.rows.length

export function anySeq(trail: GenuineTrail, dice: Dice): number {
  return dice.int(trail.start + 1, lastSeqOf(trail))
}

export function rowAt(trail: GenuineTrail, seq: number): AuditRow {
  return trail.rows[seq - trail.start - 1]
}

export const bodyOf = (row: AuditRow) => JSON.parse(row.body) as AuditBody

/** The trail with other rows, everything else as it was. */
export function withRows(trail: GenuineTrail, rows: AuditRow[]): TrailState {
  const { head, values, marks } = trail
  return { rows, head, values, marks }
}

export function withRow(trail: GenuineTrail, changed: AuditRow): TrailState {
  return withRows(
    trail,
    trail.rows.map((row) => (row.seq === changed.seq ? changed : row))
  )
}

/** The row with another body; its columns say what the new body says. */
export function withBody(
  row: AuditRow,
  change: Partial<Record<keyof AuditBody, unknown>>
): AuditRow {
  const body = { ...bodyOf(row), ...change } as AuditBody
  return { ...row, body: canonicalize(body)!, ...filterColumnsOf(body) }
}

/** Links and fingerprints made anew, for all rows or the first `count`. */
export function rechained(rows: AuditRow[], previous: string, count = rows.length): AuditRow[] {
  let before = previous

  return rows.map((row, index) => {
    if (index >= count) return row
    const fingerprint = fingerprintOf(before, row.body)
    const linked = { ...row, prev_fingerprint: before, fingerprint }
    before = fingerprint
    return linked
  })
}

export const renumbered = (rows: AuditRow[], by: number) =>
  rows.map((row) => ({ ...row, seq: row.seq + by }))

/**
 * The first number behind the last position before `changed` that something which is
 * left over still proves: a signature in the events, that of the head, a checkpoint.
 */
export function firstUnproven(trail: GenuineTrail, state: TrailState, changed: number): number {
  let seq = changed - 1
  while (seq > trail.start && !isProven(trail, state, seq)) seq -= 1
  return seq + 1
}

function isProven(trail: GenuineTrail, state: TrailState, seq: number): boolean {
  if (trail.checkpoints.some((checkpoint) => checkpoint.seq === seq)) return true
  if (seq === lastSeqOf(trail)) {
    const embedded = state.rows.find((row) => row.seq === seq + 1)
    const inEvent = embedded && bodyOf(embedded).headSignature === trail.head.signature
    return state.head?.signature === trail.head.signature || Boolean(inEvent)
  }

  const signature = bodyOf(rowAt(trail, seq + 1)).headSignature
  const next = state.rows.find((row) => row.seq === seq + 1)
  return Boolean(signature && next && bodyOf(next).headSignature === signature)
}
