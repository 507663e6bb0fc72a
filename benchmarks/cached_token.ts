import { Secret } from '@adonisjs/core/helpers'
import { ConfigCredentials } from '#oauth/credentials/config'
import { defineConfig, stores } from '#oauth/define_config'
import { OAuthManager } from '#oauth/oauth_manager'
import { orangeProvider } from '#orange/orange_provider'
import type { OrangeSandbox } from '#orange/sandbox/orange_sandbox'
import { systemClock } from '#shared/clock'
import { EventRecorder } from '#shared/event_recorder'
import { HttpClient } from '#shared/http_client'
import { KeyedDigest } from '#shared/keyed_digest'
import { compare, type Comparison } from './harness.js'

const TIMES = 1_000_000

/** A cached read writes nothing, so nothing is missed by not keeping what the first call records. */
class Unrecorded extends EventRecorder {
  async record() {}
}

/** The cached path beside the least that any cache of a token has to do. */
export async function cachedToken(sandbox: OrangeSandbox): Promise<Comparison> {
  const http = new HttpClient({ connectTimeoutMs: 3_000, maxSockets: 8 })
  const manager = new OAuthManager({
    config: defineConfig({
      default: 'orange',
      store: stores.memory,
      providers: { orange: orangeProvider(providerOptions(sandbox)) },
    }),
    http,
    recorder: new Unrecorded(),
    clock: systemClock,
    random: Math.random,
    fingerprints: new KeyedDigest(new Secret('benchmark'.repeat(4)), 'token-fingerprints'),
    report: () => {},
  })
  const tokens = manager.use()
  const token = await tokens.getAccessToken()

  const answer = Promise.resolve(token)
  const { refreshAt } = token.record
  const until = performance.now() + refreshAt - Date.now()
  const least = () => (performance.now() < until && Date.now() < refreshAt ? answer : undefined)

  const comparison = await compare('Reading a cached token', TIMES, [
    { name: 'a field and two comparisons', run: (times) => repeat(times, least) },
    { name: 'getAccessToken()', run: (times) => repeat(times, () => tokens.getAccessToken()) },
    {
      name: 'getAccessToken(), through the manager',
      run: (times) => repeat(times, () => manager.use().getAccessToken()),
    },
  ])

  await manager.close()
  http.destroy()
  return comparison
}

function repeat(times: number, call: () => unknown): void {
  for (let done = 0; done < times; done++) call()
}

function providerOptions(sandbox: OrangeSandbox) {
  const clientSecret = new Secret(sandbox.clientSecret)
  return {
    tokenEndpoint: `${sandbox.url}/oauth/v3/token`,
    credentials: new ConfigCredentials({ clientId: sandbox.clientId, clientSecret }),
  }
}
