import { Secret } from '@adonisjs/core/helpers'
import type { CredentialSource, Grant } from '#oauth/contracts'
import { defineConfig, stores } from '#oauth/define_config'
import { OAuthManager } from '#oauth/oauth_manager'
import { systemClock } from '#shared/clock'
import { EventRecorder } from '#shared/event_recorder'
import { HttpClient } from '#shared/http_client'
import { KeyedDigest } from '#shared/keyed_digest'
import { compare, type Comparison } from './harness.js'

const TIMES = 500_000
const TENANTS = 10_000

/** A cached read writes nothing, so nothing is missed by not keeping what the first call records. */
class Unrecorded extends EventRecorder {
  async record() {}
}

/** Tokens from nowhere: how they are obtained is not what is measured. */
const grant = (): Grant => ({
  type: 'benchmark',
  async obtain() {
    return {
      accessToken: new Secret(`token-${Math.random()}`),
      tokenType: 'Bearer',
      expiresIn: 3600,
      requestedAt: Date.now(),
      requestedAtMonotonic: performance.now(),
    }
  },
})

const credentials: CredentialSource = {
  identity: 'benchmark',
  find: async () => ({ clientId: 'benchmark', clientSecret: new Secret('benchmark') }),
}

/** A cached read by one tenant, again and again, beside reads by ten thousand tenants in turn. */
export async function manyTenants(): Promise<Comparison> {
  const http = new HttpClient({ connectTimeoutMs: 3_000, maxSockets: 8 })
  const manager = new OAuthManager({
    config: defineConfig({
      default: 'provider',
      store: stores.memory,
      providers: {
        provider: {
          grant,
          credentials,
          endpoint: { url: 'http://127.0.0.1', clientAuthentication: 'post' },
        },
      },
    }),
    http,
    recorder: new Unrecorded(),
    clock: systemClock,
    random: Math.random,
    fingerprints: new KeyedDigest(new Secret('benchmark'.repeat(4)), 'token-fingerprints'),
    report: () => {},
  })
  const owners = Array.from({ length: TENANTS }, (_, at) => ({ tenant: `tenant-${at}` }))
  for (const owner of owners) await manager.use('provider', owner).getAccessToken()

  const read = (at: number) => manager.use('provider', owners[at]).getAccessToken()
  const comparison = await compare('Reading a cached token of a tenant', TIMES, [
    { name: 'one tenant', run: (times) => repeat(times, () => read(0)) },
    {
      name: `${TENANTS.toLocaleString('en')} tenants in turn`,
      run: (times) => repeat(times, (done) => read(done % TENANTS)),
    },
  ])

  await manager.close()
  http.destroy()
  return comparison
}

function repeat(times: number, call: (done: number) => unknown): void {
  for (let done = 0; done < times; done++) call(done)
}
