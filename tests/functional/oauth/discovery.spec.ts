import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import { ConfigCredentials } from '#oauth/credentials/config'
import { grants } from '#oauth/define_config'
import { failureOf } from '#tests/helpers/failure_of'
import { startProviderEngine } from '#tests/helpers/provider_engine'
import { startTokenServer, type TokenServerAnswer } from '#tests/helpers/token_server'

const OPENID = '/.well-known/openid-configuration'
const OAUTH = '/.well-known/oauth-authorization-server'
const DAY = 24 * 60 * 60_000
const TOKEN = { access_token: 'a-token', token_type: 'Bearer', expires_in: 86_400 }

type Publish = (issuer: string) => TokenServerAnswer

/** A provider of which nothing is known but where it publishes its addresses. */
async function setUp(context: TestContext, published: Record<string, Publish>) {
  const state = { published }
  const server = await startTokenServer(context, ({ path }) => {
    if (path === '/token' || path === '/moved') return { body: TOKEN }
    return state.published[path]?.(server.url) ?? { status: 404 }
  })
  const engine = startProviderEngine(context, {
    grant: grants.clientCredentials(),
    credentials: new ConfigCredentials({ clientId: 'me', clientSecret: new Secret('canary') }),
    issuer: server.url,
    endpoint: { clientAuthentication: 'basic' },
  })
  return { ...engine, state, paths: () => server.requests.map(({ path }) => path) }
}

const at =
  (path: string): Publish =>
  (issuer) => ({ body: { issuer, token_endpoint: `${issuer}${path}` } })

test.group('A provider that publishes its addresses', () => {
  test('is asked for them once, where {name} says that they are')
    .with([
      { name: 'OpenID Connect', place: OPENID, looks: [OPENID] },
      { name: 'RFC 8414', place: OAUTH, looks: [OPENID, OAUTH] },
    ])
    .run(async (context, { place, looks }) => {
      const { assert } = context
      const { tokens, paths } = await setUp(context, { [place]: at('/token') })
      await tokens.getAccessToken()
      await tokens.refreshToken()
      assert.deepEqual(paths(), [...looks, '/token', '/token'])
    })

  test('is asked again after a day, and the old ones serve while it does not answer', async (context) => {
    const { assert } = context
    const { tokens, paths, state, clock } = await setUp(context, { [OPENID]: at('/token') })
    await tokens.getAccessToken()

    await clock.advance(DAY)
    await tokens.settled()
    state.published = {}
    await tokens.refreshToken()
    assert.equal(paths().at(-1), '/token')

    await clock.advance(DAY + 60_000)
    await tokens.settled()
    state.published = { [OPENID]: at('/moved') }
    await clock.advance(DAY + 60_000)
    await tokens.settled()
    await tokens.refreshToken()
    assert.equal(paths().at(-1), '/moved')
  })

  test('is not sent the secret when {name}')
    .with([
      {
        name: 'another issuer is named',
        publish: () => ({
          body: {
            issuer: 'https://evil.example.test',
            token_endpoint: 'https://evil.example.test/',
          },
        }),
        verdict: 'terminal',
        reason: 'discovery_wrong_issuer',
      },
      {
        name: 'there is no token endpoint',
        publish: (issuer: string) => ({ body: { issuer } }),
        verdict: 'terminal',
        reason: 'discovery_without_endpoint',
      },
      {
        name: 'its endpoint has no TLS',
        publish: (issuer: string) => ({
          body: { issuer, token_endpoint: 'http://auth.example.test/token' },
        }),
        verdict: 'terminal',
        reason: 'discovery_without_endpoint',
      },
      {
        name: 'what it publishes cannot be read',
        publish: () => ({ body: ['canary'] }),
        verdict: 'transient',
        reason: 'discovery_failed',
      },
      {
        name: 'it is in trouble',
        publish: () => ({ status: 503 }),
        verdict: 'transient',
        reason: 'discovery_failed',
      },
    ] as const)
    .run(async (context, { publish, verdict, reason }) => {
      const { assert } = context
      const { tokens, paths, recorder } = await setUp(context, { [OPENID]: publish as Publish })
      assert.containsSubset(await failureOf(tokens), { verdict, reason })
      assert.notInclude(paths(), '/token')
      assert.notInclude(JSON.stringify(recorder.events), 'canary')
    })
})
