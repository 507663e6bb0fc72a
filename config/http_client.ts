import type { ConnectionOptions } from '#shared/connection_agents'

const connectTimeoutMs = 3_000

const httpClientConfig: Record<'api' | 'tokens' | 'keySets' | 'checkpoints', ConnectionOptions> = {
  /** Calls to Orange's API. */
  api: { connectTimeoutMs, maxSockets: 64 },

  /** Calls to token endpoints: four for each of many tenants of one host, a few of which may be slow. */
  tokens: { connectTimeoutMs, maxSockets: 128 },

  /** Keys of issuers whose JWTs admit callers. */
  keySets: { connectTimeoutMs, maxSockets: 2 },

  /** Checkpoints of the audit trail that are posted elsewhere. */
  checkpoints: { connectTimeoutMs, maxSockets: 2 },
}

export default httpClientConfig
