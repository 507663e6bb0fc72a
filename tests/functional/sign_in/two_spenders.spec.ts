import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import type { CredentialSource, Leases } from '#oauth/contracts'
import { defineConfig, grants, stores } from '#oauth/define_config'
import { OAuthManager } from '#oauth/oauth_manager'
import { MemoryTokenStore } from '#oauth/stores/memory'
import { RefreshTokenStore } from '#oauth/stores/refresh_tokens'
import { HttpClient } from '#shared/http_client'
import { KeyedDigest } from '#shared/keyed_digest'
import { databasesOf } from '#tests/helpers/audit/audit_database'
import { ManualClock } from '#tests/helpers/manual_clock'
import { RecordingEventRecorder } from '#tests/helpers/recording_event_recorder'
import { tokenCipher } from '#tests/helpers/token_cipher'
import { startTokenServer } from '#tests/helpers/token_server'

const [sqlite] = databasesOf('oauth')
const WHO = { provider: 'people' }
const LEASE_MS = 20_000

/** Each within its own deadline: the tenant service has 5 s, a token request 10 s. */
const SERVICE_MS = 4_900
const REQUEST_MS = 9_900

/** Leases that end by a clock which a test moves, as those of a lock in a database do. */
function leasesBy(clock: ManualClock): Leases {
  const held = new Map<string, { until: number }>()
  return {
    async take(key) {
      if ((held.get(key)?.until ?? 0) > clock.monotonic()) return null
      const mine = { until: clock.monotonic() + LEASE_MS }
      held.set(key, mine)
      const release = async () => held.get(key) === mine && held.delete(key)
      return { release }
    },
  }
}

async function setUp(context: TestContext) {
  const clock = new ManualClock()
  const state = { current: 'refresh-0', spent: 0, whileSpent: async () => {} }
  const spentTwice: unknown[] = []
  const seen = new Set<unknown>()

  const server = await startTokenServer(context, async ({ members }) => {
    await clock.advance(REQUEST_MS)
    if (members.client_secret !== 'before')
      return { status: 401, body: { error: 'invalid_client' } }

    const { refresh_token: spent } = members
    if (seen.has(spent)) spentTwice.push(spent)
    seen.add(spent)
    const { whileSpent } = state
    state.whileSpent = async () => {}
    await whileSpent()
    state.current = `refresh-${++state.spent}`
    const token = { access_token: `a-${state.spent}`, token_type: 'Bearer', expires_in: 3600 }
    return { body: { ...token, refresh_token: state.current } }
  })
  const credentials: CredentialSource = {
    identity: 'me',
    async find() {
      await clock.advance(SERVICE_MS)
      return {
        clientId: 'me',
        clientSecret: new Secret('newest'),
        otherClientSecret: new Secret('before'),
      }
    },
  }

  const { connect } = await sqlite.open()
  const cipher = await tokenCipher('tests')
  const refreshTokens = new RefreshTokenStore({ connect, cipher, clock })
  await refreshTokens.signIn(WHO, { refreshToken: new Secret('refresh-0') })
  const leases = leasesBy(clock)
  const store = new MemoryTokenStore()

  function process() {
    const http = new HttpClient({ connectTimeoutMs: 3_000, maxSockets: 8 })
    const manager = new OAuthManager({
      config: defineConfig({
        default: 'people',
        store: stores.database(),
        providers: {
          people: {
            grant: grants.refreshToken(),
            credentials,
            endpoint: { url: server.url, clientAuthentication: 'post' },
            signIn: { deviceAuthorizationEndpoint: `${server.url}/device` },
          },
        },
      }),
      sharing: { store, leases },
      signIns: { refreshTokens, turns: leases },
      http,
      recorder: new RecordingEventRecorder(),
      clock,
      random: () => 0,
      fingerprints: new KeyedDigest(new Secret('a key of tests, 32 characters or'), 'tests'),
      report: () => {},
    })
    context.cleanup(async () => {
      await manager.close()
      http.destroy()
    })
    return manager.use()
  }
  return { state, spentTwice, one: process(), other: process() }
}

test.group('Two processes and one refresh token', () => {
  test('spend it once, however slowly the tenant service and the provider answer while a secret is replaced', async (context) => {
    const { assert } = context
    const { state, spentTwice, one, other } = await setUp(context)
    state.whileSpent = async () => {
      await other.getAccessToken().catch(() => {})
    }
    await one.getAccessToken().catch(() => {})
    await one.settled()
    await other.settled()
    assert.deepEqual(spentTwice, [])
  })
})
