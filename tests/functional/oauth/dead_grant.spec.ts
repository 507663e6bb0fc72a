import { test } from '@japa/runner'
import { TokenUnavailable } from '#oauth/errors'
import { startGateway } from '#tests/helpers/gateway'

test.group('A grant that is dead', () => {
  test('pauses its own token, and nobody else of the same credential', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context)
    const body = '{"error":"invalid_grant"}'
    gateway.sandbox.fault({ on: 'token', kind: 'answer', status: 400, body })
    const dead = gateway.manager.use('orange', { subject: 'leaver' })

    await assert.rejects(() => dead.getAccessToken(), TokenUnavailable)
    await assert.rejects(() => dead.getAccessToken(), TokenUnavailable)

    assert.lengthOf(gateway.tokenRequests(), 1)
    assert.equal(dead.healthCheck().pause?.reason, 'invalid_grant')
    assert.equal((await gateway.send()).status, 201)
    assert.lengthOf(gateway.tokenRequests(), 2)
    assert.equal(gateway.tokens.healthCheck().status, 'healthy')
  })

  test('while a refused credential pauses all of them', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context)
    const body = '{"error":"invalid_client"}'
    gateway.sandbox.fault({ on: 'token', kind: 'answer', status: 401, body })
    const one = gateway.manager.use('orange', { subject: 'one' })

    await assert.rejects(() => one.getAccessToken(), TokenUnavailable)

    assert.equal((await gateway.send()).status, 503)
    assert.lengthOf(gateway.tokenRequests(), 1)
  })
})
