import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { OrangeSandbox } from '#orange/sandbox/orange_sandbox'
import { eventually } from '#tests/helpers/eventually'
import {
  command,
  gatewayVariables,
  startGatewayProcess,
  userToken,
} from '#tests/helpers/gateway_process'
import { findPostgres, postgresDatabase } from '#tests/helpers/postgres_database'
import { TcpProxy } from '#tests/helpers/tcp_proxy'

const server = await findPostgres('sending while PostgreSQL is down')

const SMS = { to: '+221771234567', message: 'Hello' }

/** A gateway in production whose line to its PostgreSQL can be cut. */
async function start(context: TestContext) {
  const sandbox = await OrangeSandbox.start({ sendsPerSecond: null })
  const database = await postgresDatabase(context, server!)
  const line = await TcpProxy.start({
    host: server!.hostname,
    port: Number(server!.port || 5432),
  })
  context.cleanup(async () => {
    await line.cut()
    await sandbox.stop()
  })

  const env = await gatewayVariables(sandbox, {
    DB_CONNECTION: 'postgres',
    DATABASE_URL: database.url.href,
  })
  await command(env, 'migration:run', '--force')
  const sender = await userToken(env, 'sender')

  const cuttable = new URL(database.url)
  cuttable.host = `127.0.0.1:${line.port}`
  const startProcess = () => startGatewayProcess({ ...env, DATABASE_URL: cuttable.href })
  return { sandbox, database, line, env, sender, startProcess }
}

test.group('PostgreSQL is down', (group) => {
  group.each.timeout(120_000)
  group.tap((each) => each.skip(!server, 'There is no PostgreSQL'))

  test('D1 | nothing is asked or sent, the token is kept, and it recovers by itself', async (context) => {
    const { assert } = context
    const { sandbox, line, env, sender, startProcess } = await start(context)
    const admin = await userToken(env, 'admin')
    const gateway = await startProcess()
    const send = () => gateway.call('POST', '/api/sms/send', { bearer: sender, body: SMS })
    const refresh = () =>
      gateway.call('POST', '/api/oauth/refresh', { bearer: admin, body: { reason: 'a test' } })

    assert.equal((await send()).status, 201)
    const before = sandbox.requests.length
    await line.cut()

    const answers = await Promise.all([send(), send(), refresh()])
    for (const { status, headers, json } of answers) {
      assert.equal(status, 503)
      assert.equal(headers.get('retry-after'), '5')
      assert.containsSubset(json, { code: 'access_unavailable', retryable: true })
    }
    assert.lengthOf(sandbox.requests, before)

    await line.mend()
    assert.equal((await send()).status, 201)
    assert.lengthOf(sandbox.messages, 2)
    assert.lengthOf(
      sandbox.requests.filter(({ path }) => path === '/oauth/v3/token'),
      1
    )
    await gateway.stop()
  })

  test('D1 | it goes down after Orange accepted: unknown, settled later, never sent again', async (context) => {
    const { assert } = context
    const { sandbox, database, line, sender, startProcess } = await start(context)
    const gateway = await startProcess()
    const send = () => gateway.call('POST', '/api/sms/send', { bearer: sender, body: SMS })
    assert.equal((await send()).status, 201)

    sandbox.fault({ on: 'sms', kind: 'delay', delayMs: 500 })
    const sending = send()
    await eventually(() => sandbox.requests.length === 3, 'the send reached Orange')
    await line.cut()
    const answer = await sending
    assert.equal(answer.status, 202, answer.text)
    assert.equal(answer.json.data.status, 'unknown')
    assert.lengthOf(sandbox.messages, 2)

    await line.mend()
    await gateway.stop()
    const { id } = answer.json.data
    const statusOf = () =>
      database.query('SELECT status, reason_code FROM sms_messages WHERE id = $1', [id])
    assert.deepEqual(await statusOf(), [{ status: 'sending', reason_code: null }])

    await database.query('UPDATE sms_messages SET created_at = created_at - 180000 WHERE id = $1', [
      id,
    ])
    await startProcess()
    const isSettled = async () => (await statusOf())[0].status !== 'sending'
    await eventually(isSettled, 'the sweep settled the message')
    assert.deepEqual(await statusOf(), [{ status: 'unknown', reason_code: 'interrupted' }])
    assert.lengthOf(sandbox.messages, 2)
  })
})
