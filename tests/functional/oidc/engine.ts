import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import { ConfigCredentials } from '#oauth/credentials/config'
import { defineConfig, grants, stores } from '#oauth/define_config'
import { OAuthManager } from '#oauth/oauth_manager'
import type { ProviderConfig } from '#oauth/provider_config'
import { HttpClient } from '#shared/http_client'
import { KeyedDigest } from '#shared/keyed_digest'
import { CLIENTS, type CertifiedServer } from '#tests/functional/oidc/certified_server'
import { ManualClock } from '#tests/helpers/manual_clock'
import { RecordingEventRecorder } from '#tests/helpers/recording_event_recorder'

export interface EngineOptions {
  client?: keyof typeof CLIENTS
  secret?: string
  scope?: string
  formEncodeCredentials?: boolean
  cacheEnabled?: boolean
}

/** The token engine with one provider, of which it knows what RFC 6749 says and nothing else. */
export function startEngine(
  { cleanup }: Pick<TestContext, 'cleanup'>,
  server: CertifiedServer,
  options: EngineOptions = {}
) {
  const clock = new ManualClock()
  const recorder = new RecordingEventRecorder()
  const failuresBehind: unknown[] = []
  const http = new HttpClient({ connectTimeoutMs: 3_000, maxSockets: 8 })

  const manager = new OAuthManager({
    config: defineConfig({
      default: 'certified',
      store: options.cacheEnabled === false ? stores.none : stores.memory,
      cacheEnabled: options.cacheEnabled,
      providers: { certified: providerAt(server.tokenEndpoint, options) },
    }),
    http,
    recorder,
    clock,
    random: () => 0,
    fingerprints: new KeyedDigest(new Secret('a key of tests, 32 characters or'), 'tests'),
    report: (error) => failuresBehind.push(error),
  })
  cleanup(async () => {
    await manager.close()
    http.destroy()
  })

  return {
    clock,
    recorder,
    failuresBehind,
    tokens: manager.use('certified'),

    /** What was recorded, as `type (reasonCode)`. */
    events: () => recorder.events.map(({ type, reasonCode }) => `${type} (${reasonCode})`),
  }
}

function providerAt(url: string, options: EngineOptions): ProviderConfig {
  const { client = 'basic', formEncodeCredentials = true, scope } = options
  const { id: clientId, secret } = CLIENTS[client]
  const clientSecret = new Secret(options.secret ?? secret)

  return {
    grant: grants.clientCredentials(),
    credentials: new ConfigCredentials({ clientId, clientSecret }),
    scope,
    endpoint: { url, clientAuthentication: client, formEncodeCredentials, answerRules: [] },
  }
}
