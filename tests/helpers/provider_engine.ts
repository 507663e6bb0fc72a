import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import httpClientConfig from '#config/http_client'
import { defineConfig, stores, type OAuthConfig } from '#oauth/define_config'
import { OAuthManager } from '#oauth/oauth_manager'
import type { ProviderConfig } from '#oauth/provider_config'
import { HttpClient } from '#shared/http_client'
import { KeyedDigest } from '#shared/keyed_digest'
import { ManualClock } from '#tests/helpers/manual_clock'
import { RecordingEventRecorder } from '#tests/helpers/recording_event_recorder'

type Settings = Partial<OAuthConfig<Record<string, ProviderConfig>>> & { clock?: ManualClock }

/** The token engine with one provider, of which it knows what its entry says and nothing else. */
export function startProviderEngine(
  { cleanup }: Pick<TestContext, 'cleanup'>,
  provider: ProviderConfig,
  { clock = new ManualClock(), ...settings }: Settings = {}
) {
  const recorder = new RecordingEventRecorder()
  const failuresBehind: unknown[] = []
  const http = new HttpClient(httpClientConfig.tokens)

  const manager = new OAuthManager({
    config: defineConfig({
      default: 'tested',
      store: stores.memory,
      providers: { tested: provider },
      ...settings,
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
    manager,
    http,
    tokens: manager.use('tested'),

    /** What was recorded, as `type (reasonCode)`. */
    events: () => recorder.events.map(({ type, reasonCode }) => `${type} (${reasonCode})`),
  }
}
