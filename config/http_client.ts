import type { ConnectionOptions } from '#shared/connection_agents'

const connectTimeoutMs = 3_000

const httpClientConfig: Record<'api' | 'tokens', ConnectionOptions> = {
  /** Calls to Orange's API. */
  api: { connectTimeoutMs, maxSockets: 64 },

  /** Calls to token endpoints. */
  tokens: { connectTimeoutMs, maxSockets: 8 },
}

export default httpClientConfig
