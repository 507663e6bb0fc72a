import env from '#start/env'
import { defineConfig, stores } from '#oauth/define_config'
import { ConfigCredentials } from '#oauth/credentials/config'
import { orangeProvider } from '#orange/orange_provider'
import orangeConfig from '#config/orange'

const cacheEnabled = env.get('OAUTH_CACHE_ENABLED')

const oauthConfig = defineConfig({
  default: 'orange',
  store: cacheEnabled ? stores[env.get('OAUTH_TOKEN_STORE')] : stores.none,
  cacheEnabled,
  refreshThresholdMs: env.get('OAUTH_REFRESH_THRESHOLD_MINUTES') * 60_000,
  waitMs: 10_000,
  requestDeadlineMs: 10_000,

  providers: {
    orange: orangeProvider({
      tokenEndpoint: orangeConfig.tokenEndpoint,
      credentials: new ConfigCredentials(orangeConfig.credentials),
      scope: env.get('ORANGE_OAUTH_SCOPE'),
    }),
  },
})

export default oauthConfig
