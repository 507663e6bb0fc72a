import { setTimeout as sleep } from 'node:timers/promises'
import { test } from '@japa/runner'
import { OrangeSandbox } from '#orange/sandbox/orange_sandbox'
import { eventually } from '#tests/helpers/eventually'
import { startGatewayProcess } from '#tests/helpers/gateway_process'
import { Load, type MadeRequest } from '#tests/helpers/kill_trials/load'
import { checkAfterKill } from '#tests/helpers/kill_trials/trial_checks'
import { trialDatabase } from '#tests/helpers/kill_trials/trial_database'
import { findPostgresPrograms, postgresCluster } from '#tests/helpers/postgres_cluster'
import { seededRandom } from '#tests/helpers/seeded_random'

const SEED = Number(process.env.OUTAGE_SEED ?? Date.now() % 1_000_000)
const OUTAGES = 2
const LONGEST_LOAD_MS = 1_000

/** A token request that was under way when the database stopped began at most so long before. */
const UNDER_WAY_MS = 1_000

/**
 * What callers may be told: nobody is left without an answer, and nobody gets a 500. The SMS
 * that were on their way to Orange when the database stopped are 202, outcome unknown.
 */
const ANSWERS = {
  send: [201, 202, 503],
  refresh: [200, 503],
  stranger: [401, 503],
  read: [200, 503],
}

const CASES = [
  { mode: 'fast', refreshing: false, who: 'senders' },
  { mode: 'immediate', refreshing: true, who: 'senders and an administrator' },
] as const

const programs = findPostgresPrograms('a database that stops under load')

test.group('A database that stops under load and comes back', () => {
  for (const { mode, refreshing, who } of CASES) {
    test(`(${mode}): ${who} get 503 meanwhile, tokens are kept, nothing is lost, nothing twice`, async (context) => {
      const { assert, cleanup } = context
      const random = seededRandom(SEED + mode.length + Number(refreshing))
      const sandbox = await OrangeSandbox.start({ sendsPerSecond: null })
      cleanup(() => sandbox.stop())
      const cluster = await postgresCluster(context, programs!)
      await cluster.start()
      const name = `database-stopped-${mode}`
      const database = await trialDatabase(context, { sandbox, name, on: cluster.url })
      const gateway = await startGatewayProcess(database.env)

      const made: MadeRequest[] = []
      const since = (start: number, kind: MadeRequest['kind'], status: number) =>
        made.slice(start).filter((each) => each.kind === kind && each.status === status).length
      const { env, bearers } = database
      const load = new Load({ url: env.APP_URL, bearers, made, refreshing })

      const outages: { from: number; to: number }[] = []
      for (let outage = 0; outage < OUTAGES; outage++) {
        const before = made.length
        await eventually(() => since(before, 'send', 201) > 20, 'SMS are sent', 20_000)
        await sleep(LONGEST_LOAD_MS * random())
        const from = Date.now()
        await cluster.stop(mode)

        const stopped = made.length
        await eventually(() => since(stopped, 'send', 503) > 20, 'callers are told', 30_000)
        await cluster.start()
        outages.push({ from, to: Date.now() })
      }
      const after = made.length
      await eventually(() => since(after, 'send', 201) > 20, 'it recovers by itself', 20_000)
      await load.stop()

      for (const { kind, status, headers, requestId } of made) {
        assert.include(ANSWERS[kind], status!, `${kind} ${requestId}`)
        if (status !== 503) continue
        assert.match(headers!.get('content-type')!, /^application\/problem\+json/, requestId)
        assert.isAbove(Number(headers!.get('retry-after')), 0, requestId)
      }
      const found = await checkAfterKill(assert, { database, sandbox, made })
      for (const requestedAt of found.open) {
        const at = Date.parse(requestedAt)
        const explained = outages.some(({ from, to }) => at > from - UNDER_WAY_MS && at < to)
        assert.isTrue(explained, `the outage explains ${requestedAt}`)
      }
      assert.equal(await gateway.stop(), 0, gateway.output())
      if (!refreshing) assert.equal(found.tokenRequests, 1, 'the token outlives its database')
      console.log(`${mode}, seed ${SEED}: ${made.length} requests, ${JSON.stringify(found)}`)
    })
      .timeout(180_000)
      .skip(!programs, 'no PostgreSQL programs')
  }
})
