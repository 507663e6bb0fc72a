import { appendFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { LoggerFactory } from '@adonisjs/core/factories/logger'
import { AcceptRollback } from '#audit/checkpoints/accept_rollback'
import { CheckpointFile } from '#audit/checkpoints/checkpoint_file'
import { CheckpointSchedule } from '#audit/checkpoints/checkpoint_schedule'
import { Checkpointer } from '#audit/checkpoints/checkpointer'
import { NothingToAcknowledge } from '#audit/checkpoints/errors'
import { RollbackWatch } from '#audit/checkpoints/rollback_watch'
import { WatchedAnchor } from '#audit/checkpoints/watched_anchor'
import { ChainStore } from '#audit/stores/chain_store'
import { CheckpointStore } from '#audit/stores/checkpoint_store'
import { sentenceOf } from '#audit/verification/verdict'
import { ChainVerifier } from '#audit/verification/chain_verifier'
import { RecordingUnavailable, type AuditEvent } from '#shared/event_recorder'
import { auditDatabases } from '#tests/helpers/audit/audit_database'
import { testKeys, testSigningKey, testTrail } from '#tests/helpers/audit/test_trail'
import { withoutGuards } from '#tests/helpers/audit/without_guards'
import { eventually } from '#tests/helpers/eventually'
import { auditRows } from '#tests/helpers/audit_rows'
import { ManualClock } from '#tests/helpers/manual_clock'

const EVENT: AuditEvent = { type: 'access.user.created', outcome: 'success' }
const OPERATOR = { type: 'system', id: 'os:root' } as const

type Open = (typeof auditDatabases)[number]['open']

/** A trail with its checkpoints, in a folder of the test's own. */
async function checkpointed({ cleanup }: Pick<TestContext, 'cleanup'>, open: Open, at?: string) {
  const folder = await mkdtemp(join(tmpdir(), 'checkpoints-'))
  cleanup(() => rm(folder, { recursive: true }))
  const path = at ?? join(folder, 'audit', 'checkpoints.ndjson')
  const { connect } = await open()
  const clock = new ManualClock(Date.UTC(2026, 0, 1))

  const { trail, guard, logs, logger } = testTrail(connect, clock)
  const file = new CheckpointFile(path)
  const store = new CheckpointStore(connect, 'main')
  const shared = { store, guard, clock, signingKey: testSigningKey }
  const watch = new RollbackWatch({ file, store, guard, keys: testKeys, enforced: true })
  const anchor = new WatchedAnchor({ anchor: file, recorder: trail, clock, logger })
  const checkpointer = new Checkpointer({ ...shared, anchors: [anchor] })

  return {
    ...{ connect, clock, trail, guard, logs, file, path, store, watch, anchor, checkpointer },
    accept: new AcceptRollback({ ...shared, watch, file, checkpointer, recorder: trail }),
    lines: async () => (await readFile(path, 'utf8')).trim().split('\n'),
    schedule: (mostEvents = 1_000) =>
      new CheckpointSchedule({
        ...{ checkpointer, watch, clock, mostEvents, intervalMs: 60_000 },
        logger: new LoggerFactory().create(),
      }),
    verify: () =>
      new ChainVerifier({
        store: new ChainStore(connect, 'main'),
        keys: testKeys,
        outside: () => file.entries(testKeys),
      }).verify(),
  }
}

type Checkpointed = Awaited<ReturnType<typeof checkpointed>>

async function record({ trail }: Checkpointed, events: number) {
  for (let number = 0; number < events; number++) await trail.record(EVENT)
}

/** Puts the database back to what it was after so many events, as from a backup. */
async function restoreTo({ connect }: Checkpointed, seq: number) {
  const head = await connect().from('audit_events').where('seq', seq).firstOrFail()
  const next = await connect()
    .from('audit_events')
    .where('seq', seq + 1)
    .firstOrFail()

  await withoutGuards(connect, async () => {
    await connect().from('audit_checkpoints').where('seq', '>', seq).delete()
    await connect().from('audit_events').where('seq', '>', seq).delete()
    await connect()
      .from('audit_heads')
      .update({
        seq,
        fingerprint: head.fingerprint,
        signature: JSON.parse(next.body).headSignature,
      })
  })
}

for (const { name, open } of auditDatabases) {
  test.group(`Checkpoints on ${name}`, () => {
    test('stand in the database and in a file that only its owner reads', async (context) => {
      const { assert } = context
      const here = await checkpointed(context, open)
      await record(here, 3)

      const checkpoint = await here.checkpointer.sign('manual')

      assert.containSubset(checkpoint, { seq: 3, reason: 'manual', chain: 'main' })
      assert.deepEqual(
        (await here.lines()).map((line) => JSON.parse(line)),
        [checkpoint]
      )
      assert.deepEqual(await here.store.page(100, 10), [checkpoint!])
      assert.equal((await stat(here.path)).mode & 0o777, 0o600)
    })

    test('are signed every minute while there is news, and at the end', async (context) => {
      const { assert } = context
      const here = await checkpointed(context, open)
      const schedule = here.schedule()
      await record(here, 1)
      schedule.start()
      const aMinute = async () => {
        await eventually(() => here.clock.pending === 1)
        await here.clock.advance(60_000)
      }
      await aMinute()
      await aMinute()
      await record(here, 1)
      await aMinute()
      await eventually(() => here.clock.pending === 1)
      await record(here, 1)
      await schedule.stop()

      const reasons = (await here.lines()).map((line) => JSON.parse(line))
      assert.deepEqual(
        reasons.map(({ seq, reason }) => [seq, reason]),
        [
          [1, 'time'],
          [2, 'time'],
          [3, 'shutdown'],
        ]
      )
    })

    test('a tail that was cut off, with its head, shows against the file', async (context) => {
      const { assert } = context
      const here = await checkpointed(context, open)
      await record(here, 9)
      await here.checkpointer.sign('manual')
      const checkpoints = { agreed: 2, outside: 1 }
      assert.containSubset(await here.verify(), { valid: true, checkpoints })

      await rm(here.path)
      const blind = await here.verify()
      assert.containSubset(blind, { valid: true, checkpoints: { agreed: 1, outside: 0 } })
      assert.include(sentenceOf(blind), 'events cut off its end would not show')
      await here.checkpointer.sign('manual')

      await restoreTo(here, 6)

      assert.containSubset(await here.verify(), { firstBadSeq: 7, problem: 'tail_cut' })
    })

    test('D11 | nothing is recorded on an older state until somebody accepts it', async (context) => {
      const { assert } = context
      const here = await checkpointed(context, open)
      await record(here, 9)
      await here.checkpointer.sign('manual')
      await restoreTo(here, 6)

      await here.watch.look()
      await assert.rejects(() => here.trail.record(EVENT), RecordingUnavailable)
      assert.equal(JSON.parse(here.logs.at(-1)!).code, 'chain_rolled_back')

      const accepted = await here.accept.run(OPERATOR, 'Restored after a disk failure')
      await here.watch.look()
      await here.trail.record(EVENT)

      assert.containSubset(accepted, { seq: 6, lostUpTo: 9 })
      const events = await auditRows('audit.', here.connect())
      assert.deepEqual(
        events.map(({ body }) => [body.eventType, body.severity]),
        [
          ['audit.tamper_detected', 'critical'],
          ['audit.recording.restored', 'medium'],
          ['audit.rollback_acknowledged', 'critical'],
        ]
      )
      for (const { body } of [events[0], events[2]]) {
        assert.deepEqual(body.details, { fromSeq: 7, toSeq: 9 })
      }
      assert.equal(events[2].personal.comment, 'Restored after a disk failure')
      assert.containSubset(await here.verify(), { valid: true, count: 10 })
      await assert.rejects(() => here.accept.run(OPERATOR, 'Again'), NothingToAcknowledge)
    })

    test('a process that goes on after another one accepted it keeps checkpoints of what follows', async (context) => {
      const { assert } = context
      const here = await checkpointed(context, open)
      await record(here, 9)
      await here.checkpointer.sign('time')
      await restoreTo(here, 6)

      here.guard.expect(0)
      await record(here, 1)
      await here.checkpointer.sign('time')
      await here.checkpointer.sign('time')
      assert.deepEqual(
        (await here.lines()).map((line) => JSON.parse(line).seq),
        [9, 7]
      )
    })

    test('an older state that went on elsewhere is another history', async (context) => {
      const { assert } = context
      const here = await checkpointed(context, open)
      await record(here, 4)
      await here.checkpointer.sign('manual')
      await record(here, 4)
      await here.checkpointer.sign('manual')
      await restoreTo(here, 5)
      here.guard.expect(0)
      await record(here, 6)

      assert.containSubset(await here.verify(), { firstBadSeq: 5, problem: 'rolled_back' })
      await here.watch.look()
      await assert.rejects(() => here.trail.record(EVENT), RecordingUnavailable)

      const accepted = await here.accept.run(OPERATOR, 'Known')
      assert.containSubset(accepted, { seq: 4, lostUpTo: 8 })
      await here.watch.look()
      await here.trail.record(EVENT)
      assert.containSubset(await here.verify(), { valid: true })
    })

    test('lines that nobody signed, and half lines, prove nothing and harm nothing', async (context) => {
      const { assert } = context
      const here = await checkpointed(context, open)
      await record(here, 3)
      const checkpoint = await here.checkpointer.sign('manual')
      const forged = { ...checkpoint, seq: 99 }
      await appendFile(here.path, `${JSON.stringify(forged)}\nnull\n{"chain":"main","se`)
      await record(here, 1)
      await here.checkpointer.sign('manual')

      assert.containSubset(await here.watch.lastKnown(), { seq: 4 })
      assert.containSubset(await here.verify(), { valid: true, checkpoints: { ignored: 1 } })
      assert.equal(JSON.parse((await here.lines()).at(-1)!).seq, 4)
    })
  })
}

test.group('Checkpoints that cannot be kept', () => {
  test('D5 | recording goes on; the trail tells when it began and when it ended', async (context) => {
    const { assert } = context
    const here = await checkpointed(context, auditDatabases[0].open, '/dev/full')
    await record(here, 1)
    await here.checkpointer.sign('time')
    await here.checkpointer.sign('time')
    await here.trail.record(EVENT)

    assert.isTrue(here.anchor.state.failing)
    const [failed, ...more] = await auditRows('audit.checkpoint.', here.connect())
    assert.containSubset(failed.body, {
      eventType: 'audit.checkpoint.failed',
      targetId: 'file',
      reasonCode: 'ENOSPC',
      severity: 'high',
    })
    assert.lengthOf(more, 0)
  })

  test('many events do not wait for the minute', async (context) => {
    const { assert } = context
    const here = await checkpointed(context, auditDatabases[0].open)
    const schedule = here.schedule(5)
    schedule.start()
    await eventually(() => here.clock.pending === 1)

    await record(here, 6)
    schedule.noticed({ seq: 6, fingerprint: '' })
    await schedule.stop()

    assert.equal(JSON.parse((await here.lines())[0]).reason, 'count')
  })
})
