import env from '#start/env'
import app from '@adonisjs/core/services/app'
import { changes, defineConfig, leases, stores } from '#oauth/define_config'
import { ConfigCredentials } from '#oauth/credentials/config'
import { orangeProvider } from '#orange/orange_provider'
import orangeConfig from '#config/orange'

const cacheEnabled = env.get('OAUTH_CACHE_ENABLED')
const store = env.get('OAUTH_TOKEN_STORE')

/** A file has one owner, memory too. */
const shared = cacheEnabled && (store === 'database' || store === 'redis')

const choices = {
  memory: () => stores.memory,
  file: () => stores.file({ path: app.makePath(env.get('OAUTH_TOKEN_FILE') ?? 'tmp/tokens.json') }),
  database: () => stores.database(),
  redis: () => stores.redis(),
}

const oauthConfig = defineConfig({
  default: 'orange',
  store: cacheEnabled ? choices[store]() : stores.none,
  leases: shared ? leases('leases') : undefined,
  changes: shared && env.get('REDIS_URL') ? changes() : undefined,
  // A database ends what takes too long by itself, and everything waits for it alike.
  storePatienceMs: store === 'redis' ? 250 : 15_000,
  tokenApiEnabled: env.get('TOKEN_API_ENABLED'),
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
