import type { TestContext } from '@japa/runner/core'
import type { ConnectionOptions } from '#shared/connection_agents'
import { HttpClient, type HttpRequest } from '#shared/http_client'
import { TransportError } from '#shared/transport_error'

/** A client of a test's own, impatient about connecting. */
export function httpClient(
  { cleanup }: Pick<TestContext, 'cleanup'>,
  options: Partial<ConnectionOptions> = {}
) {
  const http = new HttpClient({ connectTimeoutMs: 2_000, maxSockets: 8, ...options })
  cleanup(() => http.destroy())

  const exchange = (url: string, request: Partial<HttpRequest> = {}) =>
    http.exchange({ method: 'GET', url, headers: {}, deadlineMs: 2_000, ...request })

  return {
    http,
    exchange,

    /** How the exchange failed: it has to. */
    async failureOf(url: string, request: Partial<HttpRequest> = {}): Promise<TransportError> {
      const outcome: unknown = await exchange(url, request).catch((error: unknown) => error)
      if (outcome instanceof TransportError) return outcome
      throw new Error('The exchange did not fail as it should')
    },
  }
}
