import type { TransactionClientContract } from '@adonisjs/lucid/types/database'
import type { AuditEvent } from '#shared/event_recorder'
import { ChainGuard } from '#audit/chain/chain_guard'
import { type Checkpoint, signCheckpoint } from '#audit/checkpoints/checkpoint'
import { entryOf } from '#audit/recording/entry'
import { GroupWriter } from '#audit/recording/group_writer'
import { signPurgeMark } from '#audit/retention/purge_mark'
import { AuditStore } from '#audit/stores/audit_store'
import type { Dice } from '#tests/helpers/audit/mutations/dice'
import {
  type GenuineTrail,
  loadState,
  storeState,
  type TrailState,
} from '#tests/helpers/audit/mutations/trail_state'
import { testKeys, testSigningKey } from '#tests/helpers/audit/test_trail'
import { ManualClock } from '#tests/helpers/manual_clock'

const CHAIN = 'main'
const EMPTY: TrailState = {
  rows: [],
  head: { seq: 0, fingerprint: '0'.repeat(64), signature: null, keyId: null },
  values: [],
  marks: [],
}

/**
 * Records a trail of 20 to 60 events with the code that the gateway records with. In every
 * third one, events come in groups of one; in every fourth, the first events are purged.
 */
export async function genuineTrail(
  trx: TransactionClientContract,
  dice: Dice
): Promise<GenuineTrail> {
  const largest = dice.chance(1 / 3) ? 1 : dice.int(2, 9)
  const length = dice.int(20, 60)
  const clock = new ManualClock()
  const write = (from: number, upTo: number) =>
    writeGroups(trx, { from, upTo, largest, dice, clock })

  await storeState(trx, EMPTY)
  const before = await write(1, dice.int(5, length - 5))
  const older = await loadState(trx)
  const after = await write(older.head!.seq + 1, length)
  const whole = await loadState(trx)

  await storeState(trx, older)
  await write(older.head!.seq + 1, dice.int(older.head!.seq + 1, length + 5))
  const continued = await loadState(trx)

  const trail: GenuineTrail = {
    ...whole,
    head: whole.head!,
    start: 0,
    groups: [...before, ...after],
    checkpoints: [],
    older: { state: older, continued },
  }
  trail.checkpoints = checkpointsOf(trail, dice)
  return dice.chance(1 / 4) ? purged(trail, dice) : trail
}

/** @returns the first number of every group */
async function writeGroups(
  trx: TransactionClientContract,
  run: { from: number; upTo: number; largest: number; dice: Dice; clock: ManualClock }
): Promise<number[]> {
  const { upTo, largest, dice, clock } = run
  const store = new AuditStore(() => trx, CHAIN)
  const guard = new ChainGuard(testKeys, CHAIN)
  const writer = new GroupWriter({ store, guard, signingKey: testSigningKey, clock })
  const groups: number[] = []

  for (let seq = run.from; seq <= upTo;) {
    // Groups of the same instant and process are common under load.
    if (dice.chance(0.8)) clock.jump(dice.int(1, 90_000))
    const size = Math.min(dice.int(1, largest), upTo - seq + 1)
    const entries = Array.from({ length: size }, () => entryOf(randomEvent(dice), 'host:1'))

    await writer.write(entries, trx)
    groups.push(seq)
    seq += size
  }
  return groups
}

function randomEvent(dice: Dice): AuditEvent {
  return {
    type: dice.pick(['auth.token.generated', 'auth.access.denied', 'sms.send.refused']),
    outcome: dice.pick(['success', 'failure', 'unknown']),
    reasonCode: dice.chance(0.5) ? dice.pick(['expired', 'invalid_client']) : undefined,
    actor: {
      type: 'user',
      id: String(dice.int(1, 9)),
      role: dice.chance(0.5) ? 'admin' : undefined,
      sourceIp: dice.chance(0.5) ? `192.0.2.${dice.int(1, 250)}` : undefined,
    },
    target: dice.chance(0.7) ? { type: 'oauth_client', id: 'orange' } : undefined,
    tenant: dice.chance(0.3) ? 'clinic-ü' : undefined,
    attemptId: dice.chance(0.5) ? dice.hex(8) : undefined,
    correlationId: dice.chance(0.5) ? dice.hex(8) : undefined,
    token: dice.chance(0.3) ? { fingerprint: dice.hex(8) } : undefined,
    comment: dice.chance(0.2) ? 'Asked for by the ward' : undefined,
    durationMs: dice.int(1, 5_000),
  }
}

/** At some ends of groups, one of them at or near the end of the trail. */
function checkpointsOf({ rows, groups }: GenuineTrail, dice: Dice): Checkpoint[] {
  const ends = [...groups.slice(1).map((seq) => seq - 1), rows.length]
  const last = ends.length - (dice.chance(0.5) ? 1 : dice.int(1, Math.min(3, ends.length)))

  return ends
    .filter((_, index) => index === last || (index < last && dice.chance(0.15)))
    .map((seq) =>
      signCheckpoint(testSigningKey, {
        chain: CHAIN,
        seq,
        fingerprint: rows[seq - 1].fingerprint,
        createdAt: '2026-01-01T00:00:00.000Z',
        reason: 'time',
      })
    )
}

function purged(trail: GenuineTrail, dice: Dice): GenuineTrail {
  const start = dice.int(1, 10)
  const mark = signPurgeMark(testSigningKey, {
    chain: CHAIN,
    firstSeq: 1,
    lastSeq: start,
    fingerprint: trail.rows[start - 1].fingerprint,
    startedAt: '2032-01-01T00:00:00.000Z',
  })

  const rows = trail.rows.slice(start)
  const kept = new Set(rows.map((row) => row.event_id))
  const values = trail.values.filter((value) => kept.has(value.event_id))
  return { ...trail, start, rows, values, marks: [mark] }
}
