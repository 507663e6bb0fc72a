import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import type { AccessToken } from '#oauth/life/access_token'
import type { ClientSecret } from '#oauth/credentials/kinds'
import { MemoryTokenStore } from '#oauth/stores/memory'
import {
  CLIENTS,
  startCertifiedServer,
  type CertifiedServer,
} from '#tests/functional/oidc/certified_server'
import { providerAt, startEngine } from '#tests/functional/oidc/engine'
import { startProviderEngine } from '#tests/helpers/provider_engine'

const CAUSE = { actor: { type: 'user' as const, id: 'user:1' }, correlationId: 'request-1' }

function bearerOf(token: AccessToken): string {
  return token.authorization.release().slice('Bearer '.length)
}

/** An engine whose secret may change while it holds a token. */
function startWithChangingSecret(context: TestContext, server: CertifiedServer) {
  const { id: clientId, secret } = CLIENTS.basic
  const client: ClientSecret = { clientId, clientSecret: new Secret<string>(secret) }
  const credentials = { identity: clientId, find: async () => ({ ...client }) }
  return { client, ...startProviderEngine(context, { ...providerAt(server), credentials }) }
}

test.group('A certified server | tokens that are cleared', () => {
  test('does not know them any more, when the client proves itself by {$self}')
    .with(['basic', 'post'] as const)
    .run(async (context, client) => {
      const { assert } = context
      const server = await startCertifiedServer(context)
      const { tokens, recorder } = startEngine(context, server, { client })
      const token = await tokens.getAccessToken()
      assert.exists(await server.find(bearerOf(token)))

      await tokens.clearToken(CAUSE)
      assert.isUndefined(await server.find(bearerOf(token)))
      const [cleared, revoked] = recorder.events.slice(-2)
      assert.equal(cleared.type, 'auth.token.cleared')
      assert.containsSubset(revoked, {
        type: 'auth.token.revoked',
        outcome: 'success',
        actor: CAUSE.actor,
        correlationId: CAUSE.correlationId,
        target: { type: 'oauth_provider', id: 'tested' },
        token: { fingerprint: token.fingerprint },
      })
      assert.notInclude(JSON.stringify(recorder.events), bearerOf(token))
      assert.deepEqual(server.serverErrors, [])
    })

  test('has nothing against one that it does not know', async (context) => {
    const { assert } = context
    const server = await startCertifiedServer(context)
    const store = new MemoryTokenStore()
    const here = startProviderEngine(context, providerAt(server), { store: () => store })
    const there = startProviderEngine(context, providerAt(server), { store: () => store })
    await there.tokens.getAccessToken()
    await here.tokens.getAccessToken()

    await there.tokens.clearToken()
    await here.tokens.clearToken()
    for (const { recorder } of [here, there]) {
      const { type, outcome } = recorder.events.at(-1)!
      assert.deepEqual([type, outcome], ['auth.token.revoked', 'success'])
    }
  })

  test('still knows one that an API refused: nobody asked for its end', async (context) => {
    const { assert } = context
    const server = await startCertifiedServer(context)
    const { tokens, events } = startEngine(context, server)
    const token = await tokens.getAccessToken()
    await tokens.invalidate(token)

    assert.exists(await server.find(bearerOf(token)))
    assert.notInclude(events().join(), 'revoked')
  })

  test('revokes one that only the store had, and one that another process put in its place', async (context) => {
    const { assert } = context
    const server = await startCertifiedServer(context)
    const store = new MemoryTokenStore()
    const start = () => startProviderEngine(context, providerAt(server), { store: () => store })
    const [first, second, third] = [start(), start(), start()]

    const old = await first.tokens.getAccessToken()
    const renewed = await second.tokens.refreshToken()
    await third.tokens.clearToken()
    assert.isUndefined(await server.find(bearerOf(renewed)))
    assert.exists(await server.find(bearerOf(old)))

    const last = await second.tokens.refreshToken()
    await first.tokens.clearToken()
    assert.isUndefined(await server.find(bearerOf(old)))
    assert.isUndefined(await server.find(bearerOf(last)))
  })

  test('still knows those of a tenant that was switched off: nothing is sent for it', async (context) => {
    const { assert } = context
    const server = await startCertifiedServer(context)
    const { manager } = startWithChangingSecret(context, server)
    const tokens = manager.use('tested', { tenant: 'acme' })
    const token = await tokens.getAccessToken()
    await manager.disable('tested', 'acme', CAUSE)

    assert.isFalse(tokens.isTokenValid())
    assert.exists(await server.find(bearerOf(token)))
  })

  test('is not asked about when there was none', async (context) => {
    const server = await startCertifiedServer(context)
    const { tokens, events } = startEngine(context, server)
    await tokens.clearToken()
    context.assert.deepEqual(events(), ['auth.token.cleared (requested)'])
  })
})

test.group('A certified server | tokens that it does not revoke', () => {
  test('are cleared all the same when the secret is wrong, and it is recorded', async (context) => {
    const { assert } = context
    const server = await startCertifiedServer(context)
    const { client, tokens, recorder } = startWithChangingSecret(context, server)
    const token = await tokens.getAccessToken()

    client.clientSecret = new Secret('canary-of-a-secret')
    await tokens.clearToken()
    assert.equal(tokens.getTokenInfo().state, 'absent')
    assert.exists(await server.find(bearerOf(token)))
    assert.containsSubset(recorder.events.at(-1), {
      type: 'auth.token.revoked',
      outcome: 'failure',
      severity: 'medium',
      reasonCode: 'invalid_client',
      httpStatus: 401,
      token: { fingerprint: token.fingerprint },
    })
    assert.notInclude(JSON.stringify(recorder.events), 'canary')
    assert.notInclude(JSON.stringify(recorder.events), bearerOf(token))
  })

  test('are few while a secret is replaced: the other one is tried', async (context) => {
    const { assert } = context
    const server = await startCertifiedServer(context)
    const { client, tokens, recorder } = startWithChangingSecret(context, server)
    const token = await tokens.getAccessToken()

    client.otherClientSecret = client.clientSecret
    client.clientSecret = new Secret('the-next-one')
    await tokens.clearToken()
    assert.isUndefined(await server.find(bearerOf(token)))
    assert.equal(recorder.events.at(-1)!.outcome, 'success')
  })

  test('are those that it cannot revoke, and it says so', async (context) => {
    const { assert } = context
    const server = await startCertifiedServer(context, { jwt: true })
    const { tokens, recorder } = startEngine(context, server, { scope: 'sms' })
    await tokens.getAccessToken()

    await tokens.clearToken()
    assert.equal(tokens.getTokenInfo().state, 'absent')
    assert.containsSubset(recorder.events.at(-1), {
      type: 'auth.token.revoked',
      outcome: 'failure',
      reasonCode: 'unsupported_token_type',
      httpStatus: 400,
    })
  })
})
