import { connect } from 'node:net'
import { once } from 'node:events'
import { test } from '@japa/runner'
import { OrangeSandbox } from '#orange/sandbox/orange_sandbox'
import { startSandbox } from '#tests/helpers/sandbox/start_sandbox'
import {
  askForToken,
  failureOf,
  obtainToken,
  sendSms,
  statusOf,
} from '#tests/helpers/sandbox/sandbox_client'

test.group('Sandbox, port', () => {
  test('stop ends open connections and frees the port for the next', async ({ assert }) => {
    const sandbox = await startSandbox()
    const idle = connect(sandbox.port, '127.0.0.1')
    await once(idle, 'connect')
    const closed = once(idle, 'close')
    sandbox.fault({ on: 'token', kind: 'hang' })
    const hanging = askForToken(sandbox)

    await sandbox.stop()
    await closed
    assert.oneOf(await failureOf(hanging), ['ECONNRESET', 'ECONNREFUSED'])

    const next = await startSandbox({ port: sandbox.port })
    assert.equal(await statusOf(askForToken(next)), 200)
  })

  test('restart listens on the same port and knows its tokens', async ({ assert }) => {
    const sandbox = await startSandbox()
    const { port } = sandbox
    const token = await obtainToken(sandbox)

    await sandbox.stop()
    await sandbox.restart()
    assert.equal(sandbox.port, port)
    assert.equal(await statusOf(sendSms(sandbox, { token })), 201)
  })

  test('a taken port is an error', async ({ assert }) => {
    const { port } = await startSandbox()
    await assert.rejects(() => OrangeSandbox.start({ port }), /EADDRINUSE/)
  })

  test('a client that leaves in the middle of its request harms nothing', async ({ assert }) => {
    const sandbox = await startSandbox()
    const client = connect(sandbox.port, '127.0.0.1')
    client.write('POST /oauth/v3/token HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\ngrant')
    while (sandbox.requests.length === 0) await new Promise(setImmediate)
    client.resetAndDestroy()

    assert.equal(await statusOf(askForToken(sandbox)), 200)
  })
})
