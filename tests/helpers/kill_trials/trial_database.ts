import { rm } from 'node:fs/promises'
import app from '@adonisjs/core/services/app'
import type { TestContext } from '@japa/runner/core'
import { AttemptSweep } from '#audit/recording/attempt_sweep'
import { CheckpointFile } from '#audit/checkpoints/checkpoint_file'
import { ChainStore } from '#audit/stores/chain_store'
import { ChainVerifier } from '#audit/verification/chain_verifier'
import type { OrangeSandbox } from '#orange/sandbox/orange_sandbox'
import { connectionTo } from '#tests/helpers/audit/audit_database'
import type { Place } from '#tests/helpers/audit/connection_config'
import { testKeys, testTrail } from '#tests/helpers/audit/test_trail'
import { command, gatewayVariables, userToken } from '#tests/helpers/gateway_process'
import { ManualClock } from '#tests/helpers/manual_clock'
import { findPostgres, postgresDatabase } from '#tests/helpers/postgres_database'

/** The seed of the key that `testKeys` trusts. */
const SIGNING_SEED = Buffer.alloc(32, 7).toString('base64')

export type TrialDatabase = Awaited<ReturnType<typeof trialDatabase>>

/**
 * A migrated database with users, and what a gateway needs to run on it.
 *
 * @param name of its files
 * @param on a PostgreSQL server of the test's own, or which of those that are there
 */
export async function trialDatabase(
  context: Pick<TestContext, 'cleanup'>,
  { sandbox, name, on }: { sandbox: OrangeSandbox; name: string; on: 'SQLite' | 'PostgreSQL' | URL }
) {
  const path = app.makePath('tmp', name)
  const files = ['.sqlite3', '.sqlite3-wal', '.sqlite3-shm', '.checkpoints.ndjson']
  const remove = () => Promise.all(files.map((end) => rm(path + end, { force: true })))
  await remove()
  context.cleanup(async () => void (await remove()))

  const place = await placeOf(context, on, `${path}.sqlite3`)
  const env = await gatewayVariables(sandbox, {
    ...place.variables,
    AUDIT_SIGNING_KEY: SIGNING_SEED,
    AUDIT_CHECKPOINT_PATH: `${path}.checkpoints.ndjson`,
    LOG_LEVEL: 'error',
  })
  await command(env, 'migration:run', '--force')
  const bearers = {
    sender: await userToken(env, 'sender'),
    admin: await userToken(env, 'admin'),
  }

  const connect = connectionTo(place.place)
  return {
    env,
    bearers,
    connect,

    /** Gives every token request an outcome, as a gateway would within a minute. */
    async settle() {
      const clock = new ManualClock(Date.now())
      const { trail, ...parts } = testTrail(connect, clock)
      const settings = { clock, ageMs: 30_000, intervalMs: 30_000 }
      const sweep = new AttemptSweep({ ...parts, ...settings, recorder: trail })
      await sweep.settle()
      await clock.advance(30_000)
      await sweep.settle()
    },

    verify() {
      const file = new CheckpointFile(`${path}.checkpoints.ndjson`)
      const store = new ChainStore(connect, 'main')
      const outside = () => file.entries(testKeys)
      return new ChainVerifier({ store, keys: testKeys, outside }).verify()
    },
  }
}

interface TrialPlace {
  place: Place
  variables: Record<string, string>
}

async function placeOf(
  context: Pick<TestContext, 'cleanup'>,
  on: 'SQLite' | 'PostgreSQL' | URL,
  file: string
): Promise<TrialPlace> {
  if (on === 'SQLite') {
    return { place: { dialect: 'SQLite', file }, variables: { SQLITE_PATH: file } }
  }

  const url = on instanceof URL ? on : await sharedPostgres(context)
  return {
    place: { dialect: 'PostgreSQL', url: url.href, schema: 'public' },
    variables: { DB_CONNECTION: 'postgres', DATABASE_URL: url.href },
  }
}

async function sharedPostgres(context: Pick<TestContext, 'cleanup'>): Promise<URL> {
  const server = await findPostgres('trials on PostgreSQL')
  const { url } = await postgresDatabase(context, server!)
  return url
}
