import type { TestContext } from '@japa/runner/core'
import { LoggerFactory } from '@adonisjs/core/factories/logger'
import { Secret } from '@adonisjs/core/helpers'
import { ConfigCredentials } from '#oauth/credentials/config'
import { defineConfig, grants, stores } from '#oauth/define_config'
import { OAuthManager } from '#oauth/oauth_manager'
import { buildSharing } from '#oauth/sharing/build_sharing'
import { soleHolder } from '#oauth/sharing/sole_holder'
import { MemoryTokenStore } from '#oauth/stores/memory'
import { HttpClient } from '#shared/http_client'
import { KeyedDigest } from '#shared/keyed_digest'
import { ManualClock } from '#tests/helpers/manual_clock'
import { RecordingEventRecorder } from '#tests/helpers/recording_event_recorder'
import { tokenCipher } from '#tests/helpers/token_cipher'
import { startHttpServer } from '#tests/unit/shared/http_server'

const SECRET = new Secret('a-secret-of-tests')

/**
 * Processes, as far as tokens are concerned: they share a store, each by a line of its own
 * that can be cut, and a token endpoint that does what it is told.
 */
export async function sharingProcesses(context: TestContext) {
  const endpoint = { issued: 0, status: 200, headers: {} as Record<string, string> }
  const server = await startHttpServer(context, (_, response) => {
    endpoint.issued++
    const token = {
      access_token: `token-${endpoint.issued}`,
      token_type: 'Bearer',
      expires_in: 3600,
    }
    const { status, headers } = endpoint
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(status === 200 ? token : { error: 'temporarily_unavailable' }))
  })
  const clock = new ManualClock()
  const shared = new MemoryTokenStore()
  const http = new HttpClient({ connectTimeoutMs: 3_000, maxSockets: 8 })
  context.cleanup(() => http.destroy())

  return {
    clock,
    endpoint,

    /** What stands in the store, seen from outside. */
    shared,

    /** One more process. @param generations of keys that it has, the newest first */
    async start(...generations: string[]) {
      const recorder = new RecordingEventRecorder()
      const line = cuttable(shared)
      const sharing = buildSharing({
        store: line.store,
        leases: soleHolder,
        cipher: await tokenCipher(...(generations.length > 0 ? generations : ['one'])),
        patienceMs: 250,
        clock,
        recorder,
        logger: new LoggerFactory().create(),
      })
      const client = { clientId: 'me', clientSecret: SECRET }
      const manager = new OAuthManager({
        config: defineConfig({
          default: 'one',
          store: stores.memory,
          providers: {
            one: {
              grant: grants.clientCredentials(),
              credentials: new ConfigCredentials(client, { acme: client }),
              endpoint: { url: server.url, clientAuthentication: 'basic' },
            },
          },
        }),
        sharing,
        http,
        recorder,
        clock,
        random: () => 0,
        fingerprints: new KeyedDigest(new Secret('a key of tests, 32 characters or'), 'tests'),
        report: () => {},
      })
      await manager.start()
      context.cleanup(() => manager.close())
      return { manager, sharing, recorder, line: line.state, tokens: manager.use() }
    },

    /** Passes so many seconds, and lets everybody finish what they begin in each. */
    async pass(seconds: number) {
      for (let passed = 0; passed < seconds; passed++) {
        await clock.advance(1_000)
        for (let turn = 0; turn < 10; turn++) {
          await new Promise((resolve) => setImmediate(resolve))
        }
      }
    },
  }
}

/** A store behind a line: while that is cut, everything that is asked of it fails. */
function cuttable(shared: MemoryTokenStore) {
  const state = { cut: false, asked: new Map<string, number>() }
  const store = new Proxy(shared, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value

      return (...given: unknown[]) => {
        const method = String(name)
        state.asked.set(method, (state.asked.get(method) ?? 0) + 1)
        if (!state.cut) return value.apply(target, given)
        if (method === 'keys') throw new Error('cut')
        return Promise.reject(new Error('cut'))
      }
    },
  })
  return { state, store }
}
