import type { ConnectionOptions } from '#shared/connection_agents'

const httpClientConfig: ConnectionOptions = {
  connectTimeoutMs: 3_000,
  maxSockets: 64,
}

export default httpClientConfig
