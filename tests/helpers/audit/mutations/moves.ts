import { randomUUID } from 'node:crypto'
import type { AuditRow } from '#audit/chain/audit_row'
import { fingerprintOf } from '#audit/chain/position'
import type { Dice } from '#tests/helpers/audit/mutations/dice'
import {
  anySeq,
  bodyOf,
  type Kind,
  lastSeqOf,
  renumbered,
  rowAt,
  withBody,
  withRows,
} from '#tests/helpers/audit/mutations/mutation'
import type { GenuineTrail, TrailState } from '#tests/helpers/audit/mutations/trail_state'

const before = (trail: GenuineTrail, seq: number) => trail.rows.filter((row) => row.seq < seq)
const from = (trail: GenuineTrail, seq: number) => trail.rows.filter((row) => row.seq >= seq)

const deleted: Kind = (trail, dice) => {
  const seq = anySeq(trail, dice)
  const count = dice.chance(0.5) ? 1 : dice.int(1, 8)
  const rows = [...before(trail, seq), ...from(trail, seq + count)]
  return { state: withRows(trail, rows), firstBadSeq: seq }
}

const deletedAndClosedUp: Kind = (trail, dice) => {
  const seq = dice.int(trail.start + 1, lastSeqOf(trail) - 1)
  const rows = [...before(trail, seq), ...renumbered(from(trail, seq + 1), -1)]
  return { state: withHeadMoved(trail, rows, -1, dice), firstBadSeq: seq }
}

/** The numbers of the events behind it are raised, so that there is no gap and none twice. */
const inserted: Kind = (trail, dice) => {
  const seq = dice.int(trail.start + 2, lastSeqOf(trail))
  const forged = forgedRow(trail, seq, dice)
  const rows = [...before(trail, seq), forged, ...renumbered(from(trail, seq), 1)]
  return { state: withHeadMoved(trail, rows, 1, dice), firstBadSeq: seq }
}

const duplicated: Kind = (trail, dice) => {
  const copy = rowAt(trail, anySeq(trail, dice))
  const seq = dice.int(trail.start + 1, lastSeqOf(trail) + 1)
  const rows = [...before(trail, seq), { ...copy, seq }, ...renumbered(from(trail, seq), 1)]
  // A copy in front of an event is the same as one behind it.
  const firstBadSeq = seq === copy.seq ? seq + 1 : seq
  return { state: withHeadMoved(trail, rows, 1, dice), firstBadSeq }
}

const numberTwice: Kind = (trail, dice) => {
  const seq = anySeq(trail, dice)
  const other = rowAt(trail, anySeq(trail, dice))
  const rows = [...trail.rows, { ...other, seq }]
  // Which of the two comes first is up to the database.
  return { state: withRows(trail, rows), firstBadSeq: seq }
}

const swapped: Kind = (trail, dice) => {
  const [one, other] = [anySeq(trail, dice), anySeq(trail, dice)].sort((a, b) => a - b)
  if (one === other) return undefined
  const places = new Map([
    [one, other],
    [other, one],
  ])
  const rows = trail.rows.map((row) => ({ ...row, seq: places.get(row.seq) ?? row.seq }))
  return { state: withRows(trail, rows), firstBadSeq: one }
}

const renumberedFrom: Kind = (trail, dice) => {
  const seq = anySeq(trail, dice)
  const by = dice.int(1, 100)
  const rows = [...before(trail, seq), ...renumbered(from(trail, seq), by)]
  return { state: withHeadMoved(trail, rows, by, dice), firstBadSeq: seq }
}

const beforeTheBeginning: Kind = (trail, dice) => {
  const seq = trail.start - dice.int(0, 3)
  const forged = { ...withBody(dice.pick(trail.rows), { eventId: randomUUID() }), seq }
  return { state: withRows(trail, [forged, ...trail.rows]), firstBadSeq: seq }
}

const withoutBeginning: Kind = (trail, dice) => {
  const seq = dice.int(trail.start + 1, lastSeqOf(trail) - 1)
  return { state: withRows(trail, from(trail, seq + 1)), firstBadSeq: trail.start + 1 }
}

/** Made to fit what stands before it: as an event of the same group, or with a copied signature. */
function forgedRow(trail: GenuineTrail, seq: number, dice: Dice): AuditRow {
  const previous = rowAt(trail, seq - 1)
  const { instanceId, recordedAt } = bodyOf(previous)
  const row = withBody(dice.pick(trail.rows), {
    eventId: randomUUID(),
    commitments: undefined,
    ...dice.pick<Record<string, unknown>>([
      { instanceId, recordedAt, headSignature: undefined },
      { headSignature: bodyOf(rowAt(trail, seq)).headSignature },
    ]),
  })
  const fingerprint = fingerprintOf(previous.fingerprint, row.body)
  return { ...row, seq, prev_fingerprint: previous.fingerprint, fingerprint }
}

/** The number in the head is made to fit, or not. */
function withHeadMoved(trail: GenuineTrail, rows: AuditRow[], by: number, dice: Dice): TrailState {
  const head = dice.chance(0.5) ? trail.head : { ...trail.head, seq: trail.head.seq + by }
  return { ...withRows(trail, rows), head }
}

/** Events are taken away, added, or stand elsewhere. */
export const moves: Record<string, Kind> = {
  deleted,
  deletedAndClosedUp,
  inserted,
  duplicated,
  numberTwice,
  swapped,
  renumberedFrom,
  beforeTheBeginning,
  withoutBeginning,
}
