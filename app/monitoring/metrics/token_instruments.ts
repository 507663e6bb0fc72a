import type { OAuthManager } from '#oauth/oauth_manager'
import type { Instruments } from '#monitoring/metrics/metrics'

/** What is asked of the token engine. */
export type MeasuredTokens = Pick<OAuthManager, 'providers' | 'storeState'>

/** How the tokens of the configured providers are, and where they are kept. Asks nobody. */
export function tokenInstruments(manager: MeasuredTokens): Instruments {
  return (meter) => {
    meter
      .createObservableGauge('gateway_token_headroom_seconds', {
        description:
          'Seconds until sending stops if the provider never answers again; absent before the first request',
      })
      .addCallback((result) => {
        for (const { provider, service } of manager.providers()) {
          const { headroomSeconds } = service.healthCheck()
          if (headroomSeconds !== null) result.observe(headroomSeconds, { provider })
        }
      })

    meter
      .createObservableGauge('gateway_token_store_degraded', {
        description: '1 while the shared token store cannot be used and tokens are kept in memory',
      })
      .addCallback((result) => {
        const { name, degraded } = manager.storeState
        result.observe(degraded ? 1 : 0, { store: name })
      })
  }
}
