import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from '@japa/runner'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import { checkChain } from '#audit/verification/chain_check'
import { ChainGuard } from '#audit/chain/chain_guard'
import { CheckpointFile } from '#audit/checkpoints/checkpoint_file'
import { RecordingCheck } from '#audit/recording/recording_check'
import { CheckpointStore } from '#audit/stores/checkpoint_store'
import { type AuditEvent, RecordingUnavailable } from '#shared/event_recorder'
import { anchoredTrail } from '#tests/helpers/audit/anchored_trail'
import { auditDatabases, type AuditDatabase } from '#tests/helpers/audit/audit_database'
import { FORGED_HEADS, headOf } from '#tests/helpers/audit/forged_heads'
import { loadState, storeState } from '#tests/helpers/audit/mutations/trail_state'
import { testKeys, testTrail } from '#tests/helpers/audit/test_trail'
import { withoutGuards } from '#tests/helpers/audit/without_guards'
import { chainRows } from '#tests/helpers/audit_rows'
import { ManualClock } from '#tests/helpers/manual_clock'

const EVENT: AuditEvent = { type: 'access.user.created', outcome: 'success', comment: 'why' }

/** Everything of the trail that an event could leave a trace in. */
async function everything(client: QueryClientContract) {
  return {
    events: await chainRows(client),
    head: await headOf(client),
    values: await client.from('audit_personal_values').orderBy('event_id').orderBy('field'),
  }
}

/** What `/health/ready` says about the trail. */
function ready(connect: () => QueryClientContract) {
  const store = new CheckpointStore(connect, 'main')
  return new RecordingCheck(() => store.head(), new ChainGuard(testKeys, 'main')).run()
}

for (const { name, open } of auditDatabases) {
  test.group(`A head that may not be built on, on ${name}`, () => {
    for (const { title, code, forge } of FORGED_HEADS) {
      test(`${code} | ${title}: nothing is recorded until the right head is back`, async ({
        assert,
      }) => {
        const { connect } = await open()
        const running = testTrail(connect)
        for (let number = 1; number <= 3; number++) await running.trail.record(EVENT)
        const genuine = await headOf(connect())

        await connect().from('audit_heads').update(forge(genuine))
        const forged = await everything(connect())
        const started = testTrail(connect)
        for (const { trail, logs } of [running, started]) {
          await assert.rejects(() => trail.record(EVENT), RecordingUnavailable)
          await assert.rejects(
            () => connect().transaction((trx) => trail.record(EVENT, trx)),
            RecordingUnavailable
          )
          assert.deepEqual(
            logs.map((line) => JSON.parse(line).code),
            [code]
          )
        }
        assert.deepEqual(await everything(connect()), forged)
        const refusal = await started.trail.record(EVENT).catch((error) => error)
        assert.containSubset(refusal, { status: 503, retryable: false })
        assert.containSubset(await ready(connect), { status: 'error' })

        await connect().from('audit_heads').update(genuine)
        assert.containSubset(await ready(connect), { status: 'ok' })
        for (const { trail } of [running, started]) await trail.record(EVENT)
        assert.containSubset(checkChain(await chainRows(connect())), { valid: true, count: 7 })
      })
    }

    test('none at all, as in an empty trail: the events that are there stand in the way', async ({
      assert,
    }) => {
      const { connect } = await open()
      const { trail } = testTrail(connect)
      for (let number = 1; number <= 3; number++) await trail.record(EVENT)
      const genuine = await headOf(connect())

      const fresh = { seq: 0, fingerprint: '0'.repeat(64), signature: null, key_id: null }
      await connect().from('audit_heads').update(fresh)
      const emptied = await everything(connect())
      for (const each of [trail, testTrail(connect).trail]) {
        await assert.rejects(() => each.record(EVENT), RecordingUnavailable)
      }
      assert.deepEqual(await everything(connect()), emptied)

      await connect().from('audit_heads').update(genuine)
      await trail.record(EVENT)
      assert.containSubset(checkChain(await chainRows(connect())), { valid: true, count: 5 })
    })
  })

  test.group(`An older state under a running process, on ${name}`, (group) => {
    let folder: string
    group.each.setup(async () => {
      folder = await mkdtemp(join(tmpdir(), 'refused-heads-'))
      return () => rm(folder, { recursive: true })
    })

    /** A process that has signed a checkpoint over six events; and the states before and now. */
    async function checkpointed(database: AuditDatabase) {
      const { connect } = database
      const file = new CheckpointFile(join(folder, 'checkpoints.ndjson'))
      const running = anchoredTrail(database, new ManualClock(), [file])
      const state = () => connect().transaction(loadState)
      const restore = (to: Awaited<ReturnType<typeof state>>) =>
        withoutGuards(connect, () => connect().transaction((trx) => storeState(trx, to)))

      const empty = await state()
      for (let number = 1; number <= 3; number++) await running.trail.record(EVENT)
      const older = await state()
      for (let number = 1; number <= 3; number++) await running.trail.record(EVENT)
      await running.checkpointer.sign('time')
      return { ...running, empty, older, now: await state(), restore }
    }

    for (const which of ['older', 'empty'] as const) {
      test(`D11 | ${which}: refused without a restart, and it goes on when the trail is back`, async ({
        assert,
      }) => {
        const database = await open()
        const { connect } = database
        const { trail, logs, restore, now, ...states } = await checkpointed(database)

        await restore(states[which])
        const rolledBack = await everything(connect())
        await assert.rejects(() => trail.record(EVENT), RecordingUnavailable)
        await assert.rejects(
          () => connect().transaction((trx) => trail.record(EVENT, trx)),
          RecordingUnavailable
        )
        assert.deepEqual(
          logs.map((line) => JSON.parse(line).code),
          ['chain_rolled_back']
        )
        assert.deepEqual(await everything(connect()), rolledBack)

        await restore(now)
        await trail.record(EVENT)
        assert.containSubset(checkChain(await chainRows(connect())), { valid: true, count: 8 })
      })
    }
  })
}
