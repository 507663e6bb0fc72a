import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import type { AuditBody } from '#audit/recording/audit_body'
import { freePort } from '#bin/free_port'
import { OrangeSandbox } from '#orange/sandbox/orange_sandbox'
import { eventually } from '#tests/helpers/eventually'
import { startGatewayProcess } from '#tests/helpers/gateway_process'
import { trialDatabase } from '#tests/helpers/kill_trials/trial_database'
import { findPostgres } from '#tests/helpers/postgres_database'

const THROWING = { nodeArgs: ['--import=./tests/helpers/boot/throw_when_told.ts'] }

/** Half a minute of silence, and what a slow machine adds. */
const FOUND_MS = 60_000

const postgres = await findPostgres('gateways that crash')

/** Gateways on one trail, and the lives that it tells of. */
async function gateways(context: TestContext, on: 'SQLite' | 'PostgreSQL') {
  const sandbox = await OrangeSandbox.start({ sendsPerSecond: null })
  context.cleanup(() => sandbox.stop())
  const database = await trialDatabase(context, { sandbox, name: `crashed-${on}`, on })

  const lives = async () => {
    const events = database.connect().from('audit_events').whereLike('event_type', 'service.%')
    const rows = await events.orderBy('seq').select('body')
    return rows.map(({ body }) => JSON.parse(body) as AuditBody)
  }
  const told = async (type: string) => {
    const all = await lives()
    return all.filter(({ eventType }) => eventType === type)
  }

  return {
    database,
    told,
    types: async () => (await lives()).map(({ eventType }) => eventType),

    /** Resolves when the trail knows that it started. */
    async start(options?: typeof THROWING) {
      const before = await told('service.started')
      const port = String(await freePort())
      const gateway = await startGatewayProcess({ ...database.env, PORT: port }, options)
      await eventually(async () => (await told('service.started')).length > before.length)
      return gateway
    },
  }
}

test.group('A gateway that crashed', () => {
  for (const kind of ['SQLite', 'PostgreSQL'] as const) {
    test(`by a kill is recorded once after the next start, others that live are not, on ${kind}`, async (context) => {
      const { assert } = context
      const { start, told, database } = await gateways(context, kind)
      const neighbour = await start()
      const killed = await start()
      const [, { instanceId }] = await told('service.started')

      await killed.kill()
      const next = await start()
      await eventually(async () => (await told('service.crashed')).length > 0, 'found', FOUND_MS)

      assert.equal(await next.stop(), 0)
      assert.equal(await neighbour.stop(), 0)
      const crashes = await told('service.crashed')
      assert.lengthOf(crashes, 1)
      assert.containSubset(crashes[0], {
        reasonCode: 'no_sign_of_life',
        details: { crashedInstance: instanceId },
      })
      const { lastSeenAt, startedAt } = crashes[0].details!
      assert.isTrue(String(startedAt) <= String(lastSeenAt))
      assert.isTrue(String(lastSeenAt) < crashes[0].recordedAt)
      assert.lengthOf(await told('service.stopped'), 2)
      assert.containSubset(await database.verify(), { valid: true, problem: null })
    })
      .timeout(180_000)
      .skip(kind === 'PostgreSQL' && !postgres, 'no PostgreSQL')
  }

  for (const [signal, reason] of [
    ['SIGUSR2', 'uncaught_exception'],
    ['SIGHUP', 'unhandled_rejection'],
  ] as const) {
    test(`by an error that nobody caught (${reason}) says so at once, without its text`, async (context) => {
      const { assert } = context
      const { start, told, types, database } = await gateways(context, 'SQLite')
      const gateway = await start(THROWING)

      gateway.signal(signal)
      assert.equal(await gateway.ended, 1)

      assert.deepEqual(await types(), ['service.started', 'service.crashed'])
      const [crash] = await told('service.crashed')
      assert.containSubset(crash, { reasonCode: reason, details: { code: 'TypeError' } })
      assert.lengthOf(await database.connect().from('audit_service_runs'), 0)

      const fatal = gateway
        .output()
        .split('\n')
        .filter((line) => line.includes('"level":60'))
      assert.lengthOf(fatal, 1, gateway.output())
      assert.include(fatal[0], '"code":"TypeError"')
      assert.include(fatal[0], 'throw_when_told.ts')
      assert.notInclude(gateway.output(), 'canary')
      assert.notInclude(JSON.stringify(crash), 'canary')
    })
  }
})
