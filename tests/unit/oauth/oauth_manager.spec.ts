import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import { ConfigCredentials } from '#oauth/credentials/config'
import { defineConfig, grants, stores } from '#oauth/define_config'
import { TokenUnavailable, UnknownProvider } from '#oauth/errors'
import { OAuthManager } from '#oauth/oauth_manager'
import type { ProviderConfig } from '#oauth/provider_config'
import { HttpClient } from '#shared/http_client'
import { KeyedDigest } from '#shared/keyed_digest'
import { ManualClock } from '#tests/helpers/manual_clock'
import { RecordingEventRecorder } from '#tests/helpers/recording_event_recorder'
import { startHttpServer } from '#tests/unit/shared/http_server'

const APP_KEY = new Secret('an-application-key-of-32-letters')

/** A manager of two providers whose endpoint hands out a new token each time, unless it refuses. */
async function setUp(context: TestContext) {
  const endpoint = { refuses: false, issued: 0 }
  const server = await startHttpServer(context, (_, response) => {
    const token = { access_token: `token-${++endpoint.issued}`, token_type: 'Bearer' }
    response.writeHead(endpoint.refuses ? 401 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(endpoint.refuses ? { error: 'invalid_client' } : token))
  })

  const http = new HttpClient({ connectTimeoutMs: 3_000, maxSockets: 8 })
  const manager = new OAuthManager({
    config: defineConfig({
      default: 'first',
      store: stores.memory,
      providers: { first: providerAt(server.url), second: providerAt(server.url) },
    }),
    http,
    recorder: new RecordingEventRecorder(),
    clock: new ManualClock(),
    random: () => 1,
    fingerprints: new KeyedDigest(APP_KEY, 'tests'),
    report: (error) => assertNothing(error),
  })
  context.cleanup(async () => {
    await manager.close()
    http.destroy()
  })
  return { manager, endpoint, server }
}

test.group('OAuth manager | which service', () => {
  test('the same one for the same owner', async (context) => {
    const { assert } = context
    const { manager } = await setUp(context)
    const owner = { tenant: 'acme', subject: 'ada' }

    assert.strictEqual(manager.use('first'), manager.use('first'))
    assert.strictEqual(manager.use(), manager.use('first'))
    assert.strictEqual(manager.use('first', owner), manager.use('first', { ...owner }))
  })

  test('another one for every provider, tenant and subject', async (context) => {
    const { manager } = await setUp(context)
    const services = [
      manager.use('first'),
      manager.use('second'),
      manager.use('first', { tenant: 'acme' }),
      manager.use('first', { subject: 'acme' }),
      manager.use('first', { tenant: 'acme', subject: 'ada' }),
      manager.use('first', { tenant: 'ada', subject: 'acme' }),
      manager.use('first', { tenant: 'acmeada' }),
    ]
    context.assert.lengthOf([...new Set(services)], services.length)
  })

  test('names with line ends, quotes and commas do not meet', async (context) => {
    const { manager } = await setUp(context)
    const services = ['\n', '","', '\0', '/', ''].flatMap((separator) => [
      manager.use('first', { tenant: `a${separator}b`, subject: 'c' }),
      manager.use('first', { tenant: 'a', subject: `b${separator}c` }),
    ])
    context.assert.lengthOf([...new Set(services)], services.length)
  })

  test('{shown} is no provider')
    .with(
      ['third', 'First', '', '__proto__', 'constructor', 'toString', 'first\nacme'].map((name) => ({
        name,
        shown: JSON.stringify(name),
      }))
    )
    .run(async (context, { name }) => {
      const { manager } = await setUp(context)
      manager.use('first', { tenant: 'acme' })
      context.assert.throws(() => manager.use(name), UnknownProvider)
      context.assert.notProperty({}, 'grant')
    })

  test('a store is shared by all, and is named in health', async (context) => {
    const { manager } = await setUp(context)
    context.assert.deepEqual(manager.storeState, { name: 'memory', degraded: false })
  })
})

test.group('OAuth manager | what services share', () => {
  test("tenants, subjects and providers do not get one another's tokens", async (context) => {
    const { assert } = context
    const { manager, endpoint } = await setUp(context)
    const owners = [
      ['first', {}],
      ['first', { tenant: 'acme' }],
      ['first', { tenant: 'globex' }],
      ['first', { subject: 'acme' }],
      ['second', {}],
    ] as const

    // One after the other: a token that is in the store already is there to be taken by mistake.
    const bearers = async () => {
      const given: string[] = []
      for (const [provider, owner] of owners) {
        const token = await manager.use(provider, owner).getAccessToken()
        given.push(token.authorization.release())
      }
      return given
    }

    const first = await bearers()
    assert.lengthOf([...new Set(first)], owners.length)
    assert.deepEqual(await bearers(), first)
    assert.equal(endpoint.issued, owners.length)
  })

  test('a refused credential is paused for all its subjects, and for no other tenant', async (context) => {
    const { assert } = context
    const { manager, endpoint, server } = await setUp(context)
    endpoint.refuses = true
    const ask = (subject: string) =>
      manager.use('first', { tenant: 'acme', subject }).getAccessToken()
    await assert.rejects(() => ask('ada'), TokenUnavailable)
    await assert.rejects(() => ask('grace'), TokenUnavailable)
    assert.lengthOf(server.requests, 1)

    endpoint.refuses = false
    for (const [provider, owner] of [
      ['first', { tenant: 'globex' }],
      ['first', {}],
      ['second', { tenant: 'acme' }],
    ] as const) {
      await manager.use(provider, owner).getAccessToken()
      assert.isNull(manager.use(provider, owner).healthCheck().pause)
    }
    assert.equal(manager.use('first', { tenant: 'acme' }).healthCheck().pause?.failures, 1)
  })
})

function client(clientId: string) {
  return { clientId, clientSecret: new Secret('secret') }
}

function providerAt(url: string): ProviderConfig {
  return {
    grant: grants.clientCredentials(),
    credentials: new ConfigCredentials(client('id'), { acme: client('a'), globex: client('g') }),
    endpoint: {
      url: `${url}/token`,
      clientAuthentication: 'post',
      formEncodeCredentials: true,
      answerRules: [],
    },
  }
}

/** Nothing fails behind the back of these tests. */
function assertNothing(error: unknown): never {
  throw error
}
