import { randomUUID } from 'node:crypto'
import { fingerprintOf } from '#audit/chain/position'
import { forgedHead } from '#tests/helpers/audit/mutations/heads'
import {
  anySeq,
  bodyOf,
  firstUnproven,
  type Kind,
  lastSeqOf,
  rowAt,
  withBody,
  withRows,
} from '#tests/helpers/audit/mutations/mutation'

/** The head alone. Its group is the first that nothing vouches for any more. */
const headOnly: Kind = (trail, dice) => {
  const { seq, fingerprint } = trail.rows.at(-1)!
  const head = forgedHead(trail, { seq, fingerprint }, dice)
  if (head && head.signature === trail.head.signature) return undefined
  const state = { ...withRows(trail, trail.rows), head }
  const unproven = firstUnproven(trail, state, lastSeqOf(trail) + 1)
  return { state, firstBadSeq: Math.min(unproven, seq) }
}

const forgedTail: Kind = (trail, dice) => {
  const last = lastSeqOf(trail)
  const { instanceId, recordedAt } = bodyOf(rowAt(trail, last))
  const rows = [...trail.rows]
  const copied = dice.pick([undefined, trail.head.signature, dice.base64(64)])
  const sameGroup = dice.chance(0.5)

  for (let seq = last + 1; seq <= last + dice.int(1, 4); seq++) {
    const row = withBody(dice.pick(trail.rows), {
      eventId: randomUUID(),
      commitments: undefined,
      headSignature: seq === last + 1 ? copied : undefined,
      ...(sameGroup ? { instanceId, recordedAt } : {}),
    })
    const previous = rows.at(-1)!.fingerprint
    const fingerprint = fingerprintOf(previous, row.body)
    rows.push({ ...row, seq, prev_fingerprint: previous, fingerprint })
  }

  const state = { ...withRows(trail, rows), head: forgedHead(trail, rows.at(-1)!, dice) }
  return { state, firstBadSeq: firstUnproven(trail, state, last + 1) }
}

/** With a head that stays, one of the true heads of before, or a forged one. */
const cutTail: Kind = (trail, dice) => {
  const last = anySeq(trail, dice)
  const told = trail.checkpoints.at(-1)?.seq ?? 0
  if (last >= told || last === trail.start) return undefined

  const { seq, fingerprint } = rowAt(trail, last)
  const signature = bodyOf(rowAt(trail, last + 1)).headSignature
  const head = signature
    ? { ...trail.head, seq, fingerprint, signature }
    : forgedHead(trail, { seq, fingerprint }, dice)

  const rows = trail.rows.filter((row) => row.seq <= last)
  return { state: { ...withRows(trail, rows), head }, firstBadSeq: last + 1 }
}

const emptied: Kind = (trail, dice) => {
  const head = dice.pick([trail.head, undefined])
  if (trail.start > 0) return undefined
  return { state: { rows: [], head, values: [], marks: [] }, firstBadSeq: 1 }
}

const olderRestored: Kind = ({ older, start, checkpoints }) => {
  const { seq } = older.state.head!
  if (start > 0 || (checkpoints.at(-1)?.seq ?? 0) <= seq) return undefined
  return { state: older.state, firstBadSeq: seq + 1 }
}

/** Against the checkpoints: behind the last that still fits, or where the new end is too short. */
const olderContinued: Kind = ({ older, start, checkpoints }) => {
  const [restored, end] = [older.state.head!.seq, older.continued.head!.seq]
  const behind = checkpoints.filter(({ seq }) => seq > restored)
  if (start > 0 || behind.length === 0) return undefined
  if (behind[0].seq > end) return { state: older.continued, firstBadSeq: end + 1 }

  const lastFitting = checkpoints.findLast(({ seq }) => seq <= restored)?.seq ?? 0
  return { state: older.continued, firstBadSeq: lastFitting + 1 }
}

/** The end of the chain is another one. */
export const ends: Record<string, Kind> = {
  headOnly,
  forgedTail,
  cutTail,
  emptied,
  olderRestored,
  olderContinued,
}
