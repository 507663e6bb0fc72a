import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import { LoggerFactory } from '@adonisjs/core/factories/logger'
import { ConfigCredentials } from '#oauth/credentials/config'
import { defineConfig, grants, stores } from '#oauth/define_config'
import { TokenUnavailable } from '#oauth/errors'
import { OAuthManager } from '#oauth/oauth_manager'
import { soleHolder } from '#oauth/sharing/sole_holder'
import { TokenWatch } from '#oauth/sharing/token_watch'
import { MemoryTokenStore } from '#oauth/stores/memory'
import { HttpClient } from '#shared/http_client'
import { KeyedDigest } from '#shared/keyed_digest'
import { ManualClock } from '#tests/helpers/manual_clock'
import { RecordingEventRecorder } from '#tests/helpers/recording_event_recorder'
import { startHttpServer } from '#tests/unit/shared/http_server'

const LOOK_MS = 5_000

/** Two processes, as far as tokens are concerned: they share nothing but the store. */
async function setUp(context: TestContext) {
  const endpoint = { issued: 0, refuses: false }
  const server = await startHttpServer(context, (_, response) => {
    const token = {
      access_token: `token-${++endpoint.issued}`,
      token_type: 'Bearer',
      expires_in: 3600,
    }
    response.writeHead(endpoint.refuses ? 401 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(endpoint.refuses ? { error: 'invalid_client' } : token))
  })
  const clock = new ManualClock()
  const store = new MemoryTokenStore()
  const http = new HttpClient({ connectTimeoutMs: 3_000, maxSockets: 8 })

  const start = async () => {
    const watch = new TokenWatch({ store, clock, logger: new LoggerFactory().create() })
    const manager = new OAuthManager({
      config: defineConfig({
        default: 'one',
        store: stores.memory,
        providers: {
          one: {
            grant: grants.clientCredentials(),
            credentials: new ConfigCredentials({
              clientId: 'me',
              clientSecret: new Secret('my-secret'),
            }),
            endpoint: {
              url: server.url,
              clientAuthentication: 'basic',
              formEncodeCredentials: false,
              answerRules: [],
            },
          },
        },
      }),
      sharing: { store, leases: soleHolder, watch },
      http,
      recorder: new RecordingEventRecorder(),
      clock,
      random: () => 0,
      fingerprints: new KeyedDigest(new Secret('a key of tests, 32 characters or'), 'tests'),
      report: () => {},
    })
    await manager.start()
    context.cleanup(() => manager.close())
    return manager.use()
  }
  context.cleanup(() => http.destroy())

  const [here, there] = [await start(), await start()]
  return { clock, store, endpoint, here, there }
}

test.group('Tokens of other processes', () => {
  test('are taken into use without a request', async (context) => {
    const { clock, endpoint, here, there } = await setUp(context)
    await here.getAccessToken()
    await clock.advance(LOOK_MS)
    context.assert.isTrue(there.isTokenValid())
    context.assert.equal(endpoint.issued, 1)
  })

  test('take the place of the one in hand when they are later', async (context) => {
    const { assert } = context
    const { clock, endpoint, here, there } = await setUp(context)
    const first = await there.getAccessToken()
    await clock.advance(1_000)
    const second = await here.refreshToken()
    assert.equal((await there.getAccessToken()).fingerprint, first.fingerprint)

    await clock.advance(LOOK_MS)
    assert.equal((await there.getAccessToken()).fingerprint, second.fingerprint)
    assert.equal(endpoint.issued, 2)
  })

  test('that were cleared are forgotten, and not taken up again', async (context) => {
    const { assert } = context
    const { clock, endpoint, here, there } = await setUp(context)
    await here.getAccessToken()
    await clock.advance(LOOK_MS)
    await here.clearToken()
    assert.isTrue(there.isTokenValid())

    await clock.advance(LOOK_MS)
    assert.isFalse(there.isTokenValid())
    await clock.advance(LOOK_MS)
    assert.isFalse(here.isTokenValid())
    assert.equal(endpoint.issued, 1)
  })

  test('can be cleared by a process that does not hold them', async (context) => {
    const { assert } = context
    const { clock, here, there } = await setUp(context)
    await here.getAccessToken()
    await there.clearToken()
    await clock.advance(LOOK_MS)
    assert.isFalse(here.isTokenValid())
  })

  test('are put back when the store has lost them', async (context) => {
    const { assert } = context
    const { clock, store, endpoint, here, there } = await setUp(context)
    const token = await here.getAccessToken()
    await store.discard(here.sync.key)
    await clock.advance(LOOK_MS)

    assert.equal((await store.get(here.sync.key))!.fingerprint, token.fingerprint)
    assert.equal((await there.getAccessToken()).fingerprint, token.fingerprint)
    assert.equal(endpoint.issued, 1)
  })

  test('end the pause that both obeyed', async (context) => {
    const { assert } = context
    const { clock, endpoint, here, there } = await setUp(context)
    endpoint.refuses = true
    await assert.rejects(() => here.getAccessToken(), TokenUnavailable)
    await assert.rejects(() => there.getAccessToken(), TokenUnavailable)
    assert.equal(endpoint.issued, 1)

    endpoint.refuses = false
    await here.refreshToken()
    await clock.advance(LOOK_MS)
    assert.isNull(there.healthCheck().pause)
    await there.getAccessToken()
    assert.equal(endpoint.issued, 2)
  })
})
