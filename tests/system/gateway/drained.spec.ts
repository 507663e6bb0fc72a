import { test } from '@japa/runner'
import { OrangeSandbox } from '#orange/sandbox/orange_sandbox'
import { eventually } from '#tests/helpers/eventually'
import { startGatewayProcess } from '#tests/helpers/gateway_process'
import { Load, type MadeRequest } from '#tests/helpers/kill_trials/load'
import { checkAfterKill } from '#tests/helpers/kill_trials/trial_checks'
import { trialDatabase } from '#tests/helpers/kill_trials/trial_database'
import { findPostgres } from '#tests/helpers/postgres_database'

const SENDERS = 100
const LONGEST_MS = 25_000

const postgres = await findPostgres('a gateway that is told to stop under load')

test.group('A gateway that is told to stop under load', () => {
  for (const kind of ['SQLite', 'PostgreSQL'] as const) {
    test(`answers everybody it has begun with and ends, on ${kind}`, async (context) => {
      const { assert, cleanup } = context
      const sandbox = await OrangeSandbox.start({ sendsPerSecond: null })
      cleanup(() => sandbox.stop())
      const database = await trialDatabase(context, { sandbox, name: `drained-${kind}`, on: kind })
      const { env, bearers } = database
      const gateway = await startGatewayProcess(env)

      const made: MadeRequest[] = []
      const load = new Load({ url: env.APP_URL, bearers, made, senders: SENDERS })
      const sent = () => made.filter(({ status }) => status === 201).length
      await eventually(() => sent() > 2 * SENDERS, 'every caller has a connection', 60_000)
      sandbox.fault({ on: 'sms', kind: 'delay', delayMs: 3_000, times: SENDERS })
      const slow = made.length
      await eventually(() => made.length > slow + SENDERS, 'slow ones are asked', 30_000)

      const underWay = made.filter(({ status }) => status === undefined)
      const toldAt = performance.now()
      assert.equal(await gateway.stop(), 0, gateway.output())
      assert.isBelow(performance.now() - toldAt, LONGEST_MS)
      await load.stop()

      assert.isAtLeast(underWay.length, SENDERS)
      const unanswered = underWay.filter(({ status }) => status === undefined)
      assert.deepEqual(unanswered, [])
      const last = underWay.filter(({ headers }) => headers!.get('connection') === 'close')
      assert.isAtLeast(last.length, SENDERS)

      const newest = await database.connect().from('audit_events').orderBy('seq', 'desc').first()
      assert.equal(newest.event_type, 'service.stopped')
      const found = await checkAfterKill(assert, { database, sandbox, made })
      console.log(`${kind}: ${underWay.length} under way, ${JSON.stringify(found)}`)
    })
      .timeout(180_000)
      .skip(kind === 'PostgreSQL' && !postgres, 'no PostgreSQL')
  }
})
