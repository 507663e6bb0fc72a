import { test } from '@japa/runner'
import { Secret } from '@adonisjs/core/helpers'
import { callApi, startGateway } from '#tests/helpers/gateway'
import { RecordingEventRecorder } from '#tests/helpers/recording_event_recorder'
import { createUser, tokenOf } from '#tests/helpers/users'

/** Of the sandbox's own client: tenants have clients there like anybody else. */
const SANDBOX_CLIENT = {
  clientId: 'sandbox-client',
  clientSecret: new Secret('sandbox-secret'),
}

test.group('GET /api/oauth/tokens', () => {
  test('shows every provider and tenant, and no values', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context, { tenants: { acme: SANDBOX_CLIENT } })
    await gateway.send()
    await gateway.call('admin', 'POST', '/api/oauth/refresh', { tenant: 'acme', reason: 'a test' })

    const { status, body } = await gateway.call('admin', 'GET', '/api/oauth/tokens')
    assert.equal(status, 200)
    assert.containSubset(body.data, [
      { provider: 'orange', tenant: null, state: 'fresh', status: 'healthy', store: 'memory' },
      { provider: 'orange', tenant: 'acme', state: 'fresh', status: 'healthy', pause: null },
    ])
    assert.notMatch(JSON.stringify(body), /eyJ|Bearer/)
  })

  test('takes the ability oauth:read', async (context) => {
    const gateway = await startGateway(context)
    const { status } = await gateway.call('sender', 'GET', '/api/oauth/tokens')
    context.assert.equal(status, 403)
  })
})

test.group('Health, refresh and clear of a tenant', () => {
  test('are about its own token', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context, { tenants: { acme: SANDBOX_CLIENT } })
    const refreshed = await gateway.call('admin', 'POST', '/api/oauth/refresh', {
      tenant: 'acme',
      reason: 'a test',
    })
    assert.equal(refreshed.status, 200)

    const state = async (query: string) => {
      const { body } = await gateway.health(query)
      return (body.details as unknown as { tokenInfo: { state: string } }).tokenInfo.state
    }
    assert.deepEqual([await state('?tenant=acme'), await state('')], ['fresh', 'absent'])

    const cleared = await gateway.call('admin', 'DELETE', '/api/oauth/token?tenant=acme')
    assert.equal(cleared.status, 204)
    assert.equal(await state('?tenant=acme'), 'absent')
  })

  test('of one without credentials are answered 404', async (context) => {
    const gateway = await startGateway(context)
    const { status, body } = await gateway.health('?tenant=nobody')
    context.assert.equal(status, 404)
    context.assert.equal(body.code, 'unknown_tenant')
  })
})

test.group('POST /api/token', () => {
  test('hands a token to whoever has the ability, and records it', async (context) => {
    const { assert } = context
    const recorder = new RecordingEventRecorder()
    const gateway = await startGateway(context, { tokenApi: true, recorder })
    const bearer = await tokenOf(await createUser('sender'), { abilities: ['token:read'] })
    const ask = (body: object) => callApi('POST', '/api/token', { bearer, body })

    const first = await ask({ type: 'orange' })
    assert.equal(first.status, 200)
    assert.equal(first.headers.get('cache-control'), 'no-store')
    assert.equal(first.body.data.tokenType, 'Bearer')
    assert.equal(first.body.data.source, 'provider')
    assert.isAbove(Number(first.body.data.expiresIn), 3_000)
    assert.match(first.body.data.accessToken, /^eyJ/)

    const second = await ask({ type: 'orange' })
    assert.equal(second.body.data.accessToken, first.body.data.accessToken)
    assert.equal(second.body.data.source, 'cache')
    const forced = await ask({ type: 'orange', forceRefresh: true })
    assert.equal(forced.body.data.source, 'provider')
    assert.lengthOf(gateway.tokenRequests(), 2)

    const told = recorder.events.filter(({ type }) => type === 'auth.token.disclosed')
    assert.lengthOf(told, 3)
    assert.notInclude(JSON.stringify(recorder.events), first.body.data.accessToken)
  })

  test('does not know other types, nor tenants without credentials', async (context) => {
    const { assert } = context
    await startGateway(context, { tokenApi: true })
    const bearer = await tokenOf(await createUser('sender'), { abilities: ['token:read'] })
    const ask = (body: object) => callApi('POST', '/api/token', { bearer, body })

    const type = await ask({ type: 'nobody' })
    assert.deepEqual([type.status, type.body.code], [400, 'unknown_token_type'])
    const tenant = await ask({ type: 'orange', tenantId: 'nobody' })
    assert.deepEqual([tenant.status, tenant.body.code], [404, 'unknown_tenant'])
    const nothing = await ask({})
    assert.equal(nothing.status, 422)
  })

  test('is off unless it is switched on, and closed to all who lack the ability', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context)
    const bearer = await tokenOf(await createUser('sender'), { abilities: ['token:read'] })

    const off = await callApi('POST', '/api/token', { bearer, body: { type: 'orange' } })
    assert.deepEqual([off.status, off.body.code], [404, 'token_api_disabled'])
    for (const who of ['admin', 'sender'] as const) {
      const { status } = await gateway.call(who, 'POST', '/api/token', { type: 'orange' })
      assert.equal(status, 403, who)
    }
  })
})
