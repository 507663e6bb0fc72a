import { test } from '@japa/runner'
import db from '@adonisjs/lucid/services/db'
import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import { ConfigCredentials } from '#oauth/credentials/config'
import { grants } from '#oauth/define_config'
import { startGateway } from '#tests/helpers/gateway'
import { startTokenServer } from '#tests/helpers/token_server'

async function setUp(context: TestContext, path = '') {
  const server = await startTokenServer(context, () => ({
    body: { access_token: 'a', token_type: 'Bearer', expires_in: 3600, refresh_token: 'r' },
  }))
  const gateway = await startGateway(context, {
    providers: {
      people: {
        grant: grants.refreshToken(),
        credentials: new ConfigCredentials({ clientId: 'me', clientSecret: new Secret('canary') }),
        endpoint: { url: `${server.url}/token`, clientAuthentication: 'basic' },
        signIn: { authorizationEndpoint: `${server.url}/realms/one/authorize` },
      },
    },
  })
  const sent = await fetch(`http://127.0.0.1:${process.env.PORT}/oauth/people/authorize${path}`, {
    redirect: 'manual',
    headers: { authorization: `Bearer ${gateway.bearers.admin}` },
  })
  const { searchParams } = new URL(sent.headers.get('location')!)
  const comeBack = (more: Record<string, string> = {}) => {
    const answer = { code: 'c', state: searchParams.get('state')!, ...more }
    return fetch(`${searchParams.get('redirect_uri')}?${new URLSearchParams(answer)}`)
  }
  return { ...server, gateway, comeBack }
}

test.group('GET /oauth/:provider/callback', () => {
  test('writes nothing about a person into the chain that cannot be erased', async (context) => {
    const { assert } = context
    const { gateway, comeBack } = await setUp(context, '?subject=mailbox-1')
    assert.equal((await comeBack()).status, 200)
    const path = '/oauth/people/authorize?subject=ada.lovelace@example.org'
    assert.equal((await gateway.call('admin', 'GET', path)).status, 422)
    const rows = await db.from('audit_events').where('event_type', 'like', 'auth.sign_in.%')
    assert.isNotEmpty(rows)
    for (const { body } of rows) assert.notInclude(String(body), 'ada.lovelace@example.org')
  })

  test('takes a browser back from a provider that names itself although no issuer is configured', async (context) => {
    const { assert } = context
    const { comeBack, url } = await setUp(context)
    const answer = await comeBack({ iss: `${url}/realms/one` })
    assert.equal(answer.status, 200)
  })

  test('DELETE of a sign-in that never was is not recorded as a success', async (context) => {
    const { assert } = context
    const { gateway } = await setUp(context)
    const before = await db.from('audit_events').where('event_type', 'auth.sign_in.ended')
    await gateway.call('admin', 'DELETE', '/api/oauth/people/sign-in?subject=nobody-at-all')
    const after = await db.from('audit_events').where('event_type', 'auth.sign_in.ended')
    assert.lengthOf(after, before.length)
  })
})
