import { test } from '@japa/runner'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import { CrashWatch } from '#audit/recording/crash_watch'
import { SERVICE, ServiceRuns } from '#audit/recording/service_runs'
import { ServiceRunStore } from '#audit/stores/service_run_store'
import { checkChain } from '#audit/verification/chain_check'
import { auditDatabases } from '#tests/helpers/audit/audit_database'
import { testTrail } from '#tests/helpers/audit/test_trail'
import { auditRows, chainRows } from '#tests/helpers/audit_rows'
import { eventually } from '#tests/helpers/eventually'
import { ManualClock } from '#tests/helpers/manual_clock'

const STOPPED = { type: 'service.stopped', outcome: 'success', target: SERVICE } as const
const BEAT_MS = 5_000

/** One process: it beats, and looks at the others, each time that `look` is called. */
function runOn(connect: () => QueryClientContract, instanceId: string) {
  const clock = new ManualClock()
  const { trail, store, logger, logs } = testTrail(connect, clock)
  const recorder = { recorder: trail, store, clock, instanceId }
  const runs = new ServiceRuns({ ...recorder, runs: new ServiceRunStore(connect) })
  const watch = new CrashWatch({ runs, clock, logger })
  const idle = () => eventually(() => clock.pending === 1, 'it has looked')

  return {
    runs,
    watch,
    logs,
    async start() {
      watch.start()
      await idle()
    },
    async look(times = 1) {
      for (let time = 0; time < times; time++) {
        await clock.advance(BEAT_MS)
        await idle()
      }
    },
  }
}

for (const { name, open } of auditDatabases) {
  test.group(`Processes that died without a word on ${name}`, () => {
    const crashes = (connect: () => QueryClientContract) => auditRows('service.crashed', connect())

    test('one that does not move for half a minute has crashed, told once whoever looks', async ({
      assert,
    }) => {
      const { connect } = await open()
      const dead = runOn(connect, 'host:1')
      const [here, there] = [runOn(connect, 'host:2'), runOn(connect, 'host:3')]
      await dead.start()
      await dead.look()
      await Promise.all([here.start(), there.start()])

      for (let looks = 1; looks <= 5; looks++) await Promise.all([here.look(), there.look()])
      assert.isEmpty(await crashes(connect))
      for (let looks = 6; looks <= 9; looks++) await Promise.all([here.look(), there.look()])

      const told = await crashes(connect)
      assert.lengthOf(told, 1)
      assert.containSubset(told[0].body, {
        outcome: 'failure',
        severity: 'high',
        reasonCode: 'no_sign_of_life',
        targetId: 'orange-sms-gateway',
        details: {
          crashedInstance: 'host:1',
          startedAt: '2026-01-01T00:00:00.000Z',
          lastSeenAt: '2026-01-01T00:00:05.000Z',
        },
      })
      assert.containSubset(checkChain(await chainRows(connect())), { valid: true, count: 1 })
    })

    test('one that lives has not, however often it is looked at', async ({ assert }) => {
      const { connect } = await open()
      const [here, there] = [runOn(connect, 'host:1'), runOn(connect, 'host:1')]
      await here.start()
      await there.start()

      for (let times = 0; times < 12; times++) {
        await here.look()
        await there.look()
      }

      assert.isEmpty(await crashes(connect))
    })

    test('one that was silent and came back in time has not', async ({ assert }) => {
      const { connect } = await open()
      const [slow, here] = [runOn(connect, 'host:1'), runOn(connect, 'host:2')]
      await slow.start()
      await here.start()

      for (let times = 0; times < 3; times++) {
        await here.look(5)
        await slow.look()
      }

      assert.isEmpty(await crashes(connect))
    })

    test('one that said that it ended has not', async ({ assert }) => {
      const { connect } = await open()
      const [ended, here] = [runOn(connect, 'host:1'), runOn(connect, 'host:2')]
      await ended.start()
      await ended.watch.stop()
      await ended.runs.end(STOPPED)
      await here.start()

      await here.look(12)

      assert.isEmpty(await crashes(connect))
      assert.lengthOf(await auditRows('service.stopped', connect()), 1)
    })

    test('who cannot write that it lives itself finds nobody dead', async ({ assert }) => {
      const { connect } = await open()
      const [silent, here] = [runOn(connect, 'host:1'), runOn(connect, 'host:2')]
      await silent.start()
      await here.start()
      await connect().rawQuery('ALTER TABLE audit_service_runs RENAME TO away')

      await here.look(12)
      await connect().rawQuery('ALTER TABLE away RENAME TO audit_service_runs')
      await here.look(5)

      assert.isEmpty(await crashes(connect))
      assert.lengthOf(here.logs, 2)
    })
  })
}
