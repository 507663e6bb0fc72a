import { randomUUID } from 'node:crypto'
import { FILTER_COLUMNS, type FilterColumn } from '#audit/chain/audit_row'
import type { Dice } from '#tests/helpers/audit/mutations/dice'
import {
  anySeq,
  type Kind,
  rowAt,
  withBody,
  withRow,
} from '#tests/helpers/audit/mutations/mutation'

/** A character of the body, whatever it belongs to. */
const characterOfBody: Kind = (trail, dice) => {
  const row = rowAt(trail, anySeq(trail, dice))
  const place = dice.int(0, row.body.length - 1)
  const other = dice.pick([...'abcdef0123456789 "{}'].filter((sign) => sign !== row.body[place]))
  const body = row.body.slice(0, place) + other + row.body.slice(place + 1)
  return { state: withRow(trail, { ...row, body }), firstBadSeq: row.seq }
}

/** A field of the body, with the column that repeats it. */
const fieldOfBody: Kind = (trail, dice) => {
  const row = rowAt(trail, anySeq(trail, dice))
  const change = dice.pick<Record<string, unknown>>([
    { outcome: row.outcome === 'success' ? 'failure' : 'success' },
    { actorId: 'somebody-else' },
    { eventType: 'auth.token.something' },
    { occurredAt: '2001-01-01T00:00:00.000Z' },
    { eventId: randomUUID() },
    { durationMs: 999_999 },
    { details: { added: true } },
    { headSignature: dice.base64(64) },
    { commitments: { comment: dice.hex(32) } },
  ])
  return { state: withRow(trail, withBody(row, change)), firstBadSeq: row.seq }
}

/** The same facts in other bytes, half a body, none at all. */
const formOfBody: Kind = (trail, dice) => {
  const row = rowAt(trail, anySeq(trail, dice))
  const body = dice.pick([
    row.body.replace(',', ', '),
    row.body.slice(0, dice.int(1, row.body.length - 1)),
    '',
    'null',
    `${row.body}\n`,
  ])
  return { state: withRow(trail, { ...row, body }), firstBadSeq: row.seq }
}

const filterColumn: Kind = (trail, dice) => {
  const row = rowAt(trail, anySeq(trail, dice))
  const column = dice.pick(Object.keys(FILTER_COLUMNS) as FilterColumn[])
  const changed = { ...row, [column]: otherText(row[column], column, dice) }
  return { state: withRow(trail, changed), firstBadSeq: row.seq }
}

const fingerprint: Kind = (trail, dice) => {
  const row = rowAt(trail, anySeq(trail, dice))
  const other = dice.pick([dice.hex(32), row.fingerprint.toUpperCase(), '', row.prev_fingerprint])
  if (other === row.fingerprint) return undefined
  return { state: withRow(trail, { ...row, fingerprint: other }), firstBadSeq: row.seq }
}

const link: Kind = (trail, dice) => {
  const row = rowAt(trail, anySeq(trail, dice))
  const other = dice.pick([dice.hex(32), '0'.repeat(64), row.fingerprint])
  if (other === row.prev_fingerprint) return undefined
  return { state: withRow(trail, { ...row, prev_fingerprint: other }), firstBadSeq: row.seq }
}

function otherText(value: string | null, column: FilterColumn, dice: Dice): string | null {
  if (column === 'event_id') return randomUUID()
  const others = [
    dice.hex(4),
    value ? `${value}x`.slice(-16) : 'x',
    ...(NULLABLE.has(column) ? [null] : []),
  ]
  return dice.pick(others.filter((other) => other !== value))
}

const NULLABLE = new Set<FilterColumn>(['reason_code', 'actor_role', 'target_id', 'attempt_id'])

/** Something of one event is changed, and nothing is made to fit. */
export const edits: Record<string, Kind> = {
  characterOfBody,
  fieldOfBody,
  formOfBody,
  filterColumn,
  fingerprint,
  link,
}
