import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import Database from 'better-sqlite3'
import app from '@adonisjs/core/services/app'
import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { OrangeSandbox } from '#orange/sandbox/orange_sandbox'
import {
  command,
  gatewayVariables,
  startGatewayProcess,
  userToken,
} from '#tests/helpers/gateway_process'
import { Exerciser } from '#tests/helpers/leaks/exercise'
import { findLeaks, type Sink } from '#tests/helpers/leaks/find_leaks'
import { canariesOf, numberCanaries, secrets, type Secrets } from '#tests/helpers/leaks/secrets'
import { sqliteSinks } from '#tests/helpers/leaks/sqlite_sinks'

/** A gateway in production at its most talkative, with secrets that can be recognised. */
async function start(
  context: TestContext,
  credentials: (known: Secrets) => Record<string, string>
) {
  const known = secrets()
  const path = app.makePath('tmp', `leaks-${randomUUID()}.sqlite3`)
  const { clientId, clientSecret } = known
  const sandbox = await OrangeSandbox.start({ sendsPerSecond: null, clientId, clientSecret })
  context.cleanup(async () => {
    await sandbox.stop()
    for (const suffix of ['', '-wal', '-shm']) await rm(path + suffix, { force: true })
  })

  const env = await gatewayVariables(sandbox, {
    LOG_LEVEL: 'trace',
    SQLITE_PATH: path,
    APP_KEY: known.appKey,
    AUDIT_SIGNING_KEY: known.signingSeed.toString('base64'),
    MONITORING_SECRET: known.monitoringSecret,
    ...credentials(known),
  })
  await command(env, 'migration:run', '--force')
  const sender = await userToken(env, 'sender')
  const admin = await userToken(env, 'admin')
  const gateway = await startGatewayProcess(env)
  return { known, path, sandbox, sender, admin, gateway }
}

type Started = Awaited<ReturnType<typeof start>>

/** Everything that the gateway has let out so far. */
function sinksOf({ gateway, path }: Started, { answers }: Exerciser) {
  const told: Sink[] = answers.map(([what, { headers, text }]) => ({
    name: `the answer to ${what.slice(0, 80)}`,
    content: `${[...headers].flat().join('\n')}\n${text}`,
  }))
  const kept: Sink[] = [{ name: 'the output', content: gateway.output() }, ...sqliteSinks(path)]
  return { told, kept }
}

function leaksOf(started: Started, exerciser: Exerciser): string[] {
  const { known, sender, admin } = started
  const { told, kept } = sinksOf(started, exerciser)
  return [
    ...findLeaks(canariesOf(known, [sender, admin]), [...told, ...kept]),
    ...findLeaks(numberCanaries(known), kept),
  ]
}

test.group('What a gateway lets out', (group) => {
  group.each.timeout(240_000)

  test('no secret, whatever happens', async (context) => {
    const { assert } = context
    const started = await start(context, ({ clientId, clientSecret }) => ({
      ORANGE_CLIENT_ID: clientId,
      ORANGE_CLIENT_SECRET: clientSecret,
    }))
    const exerciser = new Exerciser({ ...started, call: started.gateway.call })

    await exerciser.sends()
    await exerciser.badTokens()
    await exerciser.goodTokens()
    await exerciser.strangers()
    await exerciser.silence()

    const statuses = new Set(exerciser.answers.map(([, { status }]) => status))
    for (const status of [200, 201, 202, 204, 400, 401, 404, 422, 502, 503]) {
      assert.isTrue(statuses.has(status), `nothing was answered ${status}`)
    }
    assert.isAbove(started.gateway.output().length, 0, 'it logs')
    assert.deepEqual(leaksOf(started, exerciser), [])

    await started.gateway.stop()
    assert.deepEqual(leaksOf(started, exerciser), [], 'after the end')

    plant(started.path, Buffer.from(`x${started.known.clientSecret}`).toString('base64'))
    const found = leaksOf(started, exerciser)
    assert.include(found, 'client secret (whole, base64) in the rows')
    assert.isTrue(
      found.every((leak) => leak.startsWith('client secret') || leak.startsWith('Basic'))
    )
  })

  test('no ready-made Basic header either', async (context) => {
    const { assert } = context
    const started = await start(context, ({ basic }) => ({
      ORANGE_CLIENT_ID: '',
      ORANGE_CLIENT_SECRET: '',
      ORANGE_AUTHORIZATION_HEADER: `Basic ${basic}`,
    }))
    const exerciser = new Exerciser({ ...started, call: started.gateway.call })

    await exerciser.goodTokens()
    await exerciser.sends()
    await exerciser.badTokens()

    const [[, refreshed]] = exerciser.answers
    assert.equal(refreshed.status, 200, 'the header opens the sandbox')
    assert.deepEqual(leaksOf(started, exerciser), [])
    await started.gateway.stop()
    assert.deepEqual(leaksOf(started, exerciser), [], 'after the end')
  })
})

function plant(path: string, text: string): void {
  const database = new Database(path)
  try {
    database.exec('CREATE TABLE planted (text TEXT)')
    database.prepare('INSERT INTO planted VALUES (?)').run(text)
  } finally {
    database.close()
  }
}
