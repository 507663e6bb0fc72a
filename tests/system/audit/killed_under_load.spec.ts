/*
|--------------------------------------------------------------------------
| A gateway that is killed under load
|--------------------------------------------------------------------------
|
| A few trials for every run of the tests. Many of them:
|
|   KILL_TRIALS=200 npm test -- system --files=killed_under_load.spec.ts
|
| KILL_SEED repeats a run: which database, when to kill, how slow Orange is.
|
*/

import { setTimeout as sleep } from 'node:timers/promises'
import { test } from '@japa/runner'
import { OrangeSandbox } from '#orange/sandbox/orange_sandbox'
import { startGatewayProcess } from '#tests/helpers/gateway_process'
import { Load, type MadeRequest } from '#tests/helpers/kill_trials/load'
import { checkAfterKill } from '#tests/helpers/kill_trials/trial_checks'
import { trialDatabase } from '#tests/helpers/kill_trials/trial_database'
import { findPostgres } from '#tests/helpers/postgres_database'
import { seededRandom } from '#tests/helpers/seeded_random'

const TRIALS = Number(process.env.KILL_TRIALS ?? 6)
const SEED = Number(process.env.KILL_SEED ?? Date.now() % 1_000_000)

/** A database lives through so many kills, then a new one is taken. */
const KILLS_PER_DATABASE = 10

/** The longest that a gateway is under load before it is killed, in milliseconds. */
const LONGEST_LOAD_MS = 1_500

const postgres = await findPostgres('kill trials on PostgreSQL')

test.group('A gateway that is killed under load', () => {
  for (const kind of ['SQLite', 'PostgreSQL'] as const) {
    test(`loses nothing that it acknowledged and invents nothing, on ${kind}`, async (context) => {
      const { assert, cleanup } = context
      const random = seededRandom(SEED + kind.length)
      const sandbox = await OrangeSandbox.start({ sendsPerSecond: null, tokenLifeSeconds: 2 })
      cleanup(() => sandbox.stop())

      const total = { kills: 0, events: 0, tokenRequests: 0, messages: 0 }
      for (let number = 1; total.kills < TRIALS / 2; number++) {
        sandbox.reset()
        sandbox.configure({ sendsPerSecond: null, tokenLifeSeconds: 2 })
        const name = `kill-trials-${kind}-${number}`
        const database = await trialDatabase(context, { sandbox, name, on: kind })
        const made: MadeRequest[] = []
        let found = { events: 0, tokenRequests: 0, messages: 0 }

        for (let kill = 0; kill < KILLS_PER_DATABASE && total.kills < TRIALS / 2; kill++) {
          sandbox.fault({
            on: 'token',
            kind: 'delay',
            delayMs: Math.floor(150 * random()),
            times: 4,
          })
          const { env, bearers } = database
          const load = new Load({ url: env.APP_URL, bearers, made })
          const gateway = await startGatewayProcess(env)

          await sleep(LONGEST_LOAD_MS * random())
          await gateway.kill()
          await load.stop()

          found = await checkAfterKill(assert, { database, sandbox, made })
          total.kills += 1
        }
        total.events += found.events
        total.tokenRequests += found.tokenRequests
        total.messages += found.messages
      }
      console.log(`${kind}, seed ${SEED}: ${JSON.stringify(total)}`)
    })
      .timeout(60 * 60_000)
      .skip(kind === 'PostgreSQL' && !postgres, 'no PostgreSQL')
  }
})
