import { test } from '@japa/runner'
import type { GatewayProcess } from '#tests/helpers/gateway_process'
import { sqliteGateway } from '#tests/helpers/sqlite_gateway'

const sms = { to: '+221771234567', message: 'Hello' }

test.group('A gateway that is started again', (group) => {
  group.tap((one) => one.timeout(120_000))

  test('goes on with the token that it stored, however it ended', async (context) => {
    const { assert } = context
    const { start, bearers, tokenRequests, sandbox } = await sqliteGateway(context)
    const send = async ({ call }: GatewayProcess) => {
      const { status } = await call('POST', '/api/sms/send', { bearer: bearers.sender, body: sms })
      return status
    }

    const first = await start()
    assert.equal(await send(first), 201)
    assert.equal(await first.stop(), 0)

    const second = await start()
    assert.equal(await send(second), 201)
    await second.kill()

    const third = await start()
    assert.equal(await send(third), 201)
    assert.equal(tokenRequests(), 1)
    assert.lengthOf(sandbox.messages, 3)

    await third.stop()
    sandbox.revokeTokens()
    assert.equal(await send(await start()), 201, 'Orange takes the stored one no more')
    assert.equal(tokenRequests(), 2)
  })
})
