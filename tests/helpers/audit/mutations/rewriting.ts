import type { AuditRow } from '#audit/chain/audit_row'
import type { Dice } from '#tests/helpers/audit/mutations/dice'
import { forgedHead } from '#tests/helpers/audit/mutations/heads'
import {
  anySeq,
  bodyOf,
  firstUnproven,
  type Kind,
  lastSeqOf,
  rechained,
  rowAt,
  withBody,
  withRow,
  withRows,
} from '#tests/helpers/audit/mutations/mutation'
import type { GenuineTrail } from '#tests/helpers/audit/mutations/trail_state'

/** The whole chain from an event on, so that it agrees with itself. */
const toTheEnd: Kind = (trail, dice) => {
  const seq = anySeq(trail, dice)
  const rows = rewritten(trail, seq, lastSeqOf(trail), dice)
  const last = rows.at(-1)!
  const state = { ...withRows(trail, rows), head: forgedHead(trail, last, dice) }
  return { state, firstBadSeq: firstUnproven(trail, state, seq) }
}

/** A part of the chain; what follows names the fingerprint of what was there. */
const inTheMiddle: Kind = (trail, dice) => {
  const seq = dice.int(trail.start + 1, lastSeqOf(trail) - 1)
  const upTo = dice.int(seq, lastSeqOf(trail) - 1)
  const state = withRows(trail, rewritten(trail, seq, upTo, dice))
  return { state, firstBadSeq: firstUnproven(trail, state, seq) }
}

/** One event, with a fingerprint that fits it. */
const oneEvent: Kind = (trail, dice) => {
  const seq = anySeq(trail, dice)
  const state = withRows(trail, rewritten(trail, seq, seq, dice))
  return { state, firstBadSeq: firstUnproven(trail, state, seq) }
}

/** What cannot be read is bad by itself, whatever stands before it. */
const unreadable: Kind = (trail, dice) => {
  const row = rowAt(trail, anySeq(trail, dice))
  const body = dice.pick(['null', '7', '"text"', '[]', row.body.slice(0, -1), ''])
  const [changed] = rechained([{ ...row, body }], row.prev_fingerprint)
  return { state: withRow(trail, changed), firstBadSeq: row.seq }
}

/** The signatures in the events behind the change, which are all wrong now. */
const SIGNATURES: ((row: AuditRow, trail: GenuineTrail, dice: Dice) => AuditRow)[] = [
  (row) => row,
  (row) => withBody(row, { headSignature: undefined }),
  (row, _, dice) => (signatureOf(row) ? withBody(row, { headSignature: dice.base64(64) }) : row),
  (row, trail, dice) =>
    signatureOf(row)
      ? withBody(row, { headSignature: signatureOf(dice.pick(trail.rows)) ?? trail.head.signature })
      : row,
  (row) => withBody(row, { headSignature: undefined, recordedAt: '2026-01-01T00:00:00.000Z' }),
]

const signatureOf = (row: AuditRow) => bodyOf(row).headSignature

function rewritten(trail: GenuineTrail, seq: number, upTo: number, dice: Dice): AuditRow[] {
  const sign = dice.pick(SIGNATURES)
  const spareFirst = dice.chance(0.5)
  const change = { outcome: rowAt(trail, seq).outcome === 'success' ? 'failure' : 'success' }
  const rows = trail.rows.slice(seq - trail.start - 1).map((row) => {
    const changed = row.seq === seq ? withBody(row, change) : row
    if (row.seq > upTo || (row.seq === seq && spareFirst)) return changed
    return sign(changed, trail, dice)
  })

  const previous = rowAt(trail, seq).prev_fingerprint
  return [
    ...trail.rows.slice(0, seq - trail.start - 1),
    ...rechained(rows, previous, upTo - seq + 1),
  ]
}

/** Events are changed together with their fingerprints. */
export const rewriting: Record<string, Kind> = { toTheEnd, inTheMiddle, oneEvent, unreadable }
