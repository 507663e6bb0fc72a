import { type Kind, withRows } from '#tests/helpers/audit/mutations/mutation'
import type { GenuineTrail, StoredValue } from '#tests/helpers/audit/mutations/trail_state'

const personalValue: Kind = (trail, dice) => {
  if (trail.values.length === 0) return undefined
  const value = dice.pick(trail.values)
  const changed = { ...value, ...dice.pick([{ value: '198.51.100.7' }, { salt: dice.hex(32) }]) }
  return withValues(trail, value, [changed])
}

/** A value of an event that commits to none of the kind. */
const addedPersonalValue: Kind = (trail, dice) => {
  const { event_id: eventId, body } = dice.pick(trail.rows)
  if (body.includes('"comment"') || !eventId) return undefined
  const value = {
    event_id: eventId,
    field: 'comment',
    salt: dice.hex(32),
    value: 'Forged',
  } as const
  return withValues(trail, undefined, [value])
}

/** A mark of a purge that never was: for events that are gone, or in front of the true one. */
const purgeMark: Kind = (trail, dice) => {
  const lastSeq = dice.int(trail.start + 1, trail.start + 10)
  const { fingerprint } = trail.rows[lastSeq - trail.start - 1]
  const mark = {
    ...{ chain: 'main', firstSeq: trail.start + 1, lastSeq, fingerprint },
    startedAt: '2032-01-02T00:00:00.000Z',
    signature: trail.marks[0]?.signature ?? dice.base64(64),
    keyId: trail.head.keyId!,
  }
  const state = withRows(trail, trail.rows.slice(lastSeq - trail.start))
  return {
    state: { ...state, values: [], marks: [...trail.marks, mark] },
    firstBadSeq: trail.start + 1,
  }
}

const purgeMarkChanged: Kind = (trail, dice) => {
  const [mark] = trail.marks
  if (!mark) return undefined
  const marks = dice.pick([
    [],
    [{ ...mark, lastSeq: mark.lastSeq + 1 }],
    [{ ...mark, fingerprint: dice.hex(32) }],
    [{ ...mark, signature: dice.base64(64) }],
  ])
  return { state: { ...withRows(trail, trail.rows), marks }, firstBadSeq: 1 }
}

function withValues(trail: GenuineTrail, old: StoredValue | undefined, added: StoredValue[]) {
  const values = [...trail.values.filter((value) => value !== old), ...added]
  const { seq } = trail.rows.find((row) => row.event_id === added[0].event_id)!
  return { state: { ...withRows(trail, trail.rows), values }, firstBadSeq: seq }
}

/** What stands beside the chain. */
export const beside: Record<string, Kind> = {
  personalValue,
  addedPersonalValue,
  purgeMark,
  purgeMarkChanged,
}
