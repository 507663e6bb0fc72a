import {
  allowInsecureRequests,
  ClientError,
  customFetch,
  discovery,
  type ServerMetadata,
} from 'openid-client'
import { TokenRequestError } from '#oauth/errors'
import { fetchThrough } from '#oauth/wire/fetch_through'
import { SingleFlight } from '#oauth/life/single_flight'
import type { Clock } from '#shared/clock'
import type { HttpClient } from '#shared/http_client'
import { urlProblem } from '#shared/url_problem'

/** How long the published metadata are used before they are looked at again, in milliseconds. */
const KEPT_MS = 24 * 60 * 60_000

/** After how long a failed look is repeated while older metadata serve, in milliseconds. */
const AGAIN_MS = 60_000

/** How long publishing may take, in milliseconds. */
const DEADLINE_MS = 4_000

/** OpenID Connect Discovery 1.0 §4, then RFC 8414 §3. */
const ALGORITHMS = ['oidc', 'oauth2'] as const

/** The addresses among the metadata that something is sent to. */
const ADDRESSES = [
  'token_endpoint',
  'authorization_endpoint',
  'device_authorization_endpoint',
  'revocation_endpoint',
] as const

/** What a provider publishes of itself under its issuer's address. */
export class Discovery {
  readonly #issuer: string
  readonly #http: HttpClient
  readonly #clock: Clock
  readonly #flight = new SingleFlight<ServerMetadata>()
  #known?: ServerMetadata
  #until = 0

  constructor(issuer: string, { http, clock }: { http: HttpClient; clock: Clock }) {
    this.#issuer = issuer
    this.#http = http
    this.#clock = clock
  }

  /**
   * @param deadlineMs how long this caller can wait, in milliseconds
   * @throws {TokenRequestError} when nothing is known and nothing can be found out
   */
  async metadata(deadlineMs = DEADLINE_MS): Promise<ServerMetadata> {
    if (this.#known && this.#clock.monotonic() < this.#until) return this.#known
    return this.#flight.run(() => this.#look(Math.min(deadlineMs, DEADLINE_MS)))
  }

  /** @throws {TokenRequestError} also when the provider publishes no token endpoint */
  async tokenEndpoint(deadlineMs?: number): Promise<string> {
    const { token_endpoint: url } = await this.metadata(deadlineMs)
    if (url) return url
    throw new TokenRequestError({ verdict: 'terminal', reason: 'discovery_without_endpoint' })
  }

  async #look(deadlineMs: number): Promise<ServerMetadata> {
    try {
      this.#known = await this.#fetch(deadlineMs)
      this.#until = this.#clock.monotonic() + KEPT_MS
    } catch (error) {
      if (!this.#known) throw error
      this.#until = this.#clock.monotonic() + AGAIN_MS
    }
    return this.#known
  }

  async #fetch(deadlineMs: number): Promise<ServerMetadata> {
    const deadline = this.#clock.monotonic() + deadlineMs
    let failure: unknown

    for (const algorithm of ALGORITHMS) {
      const remaining = deadline - this.#clock.monotonic()
      if (remaining <= 0) break
      try {
        return await this.#ask(algorithm, Math.ceil(remaining))
      } catch (error) {
        failure ??= error
      }
    }
    throw toTokenRequestError(failure)
  }

  async #ask(algorithm: (typeof ALGORITHMS)[number], deadlineMs: number): Promise<ServerMetadata> {
    const insecure = this.#issuer.startsWith('http:') ? [allowInsecureRequests] : []
    const found = await discovery(new URL(this.#issuer), 'nobody', undefined, undefined, {
      algorithm,
      [customFetch]: fetchThrough(this.#http, deadlineMs),
      execute: insecure,
    })

    return withoutBadAddresses(found.serverMetadata())
  }
}

/** An address that nothing may be sent to is as good as none. */
function withoutBadAddresses(metadata: ServerMetadata): ServerMetadata {
  const bad = ADDRESSES.filter((name) => {
    const url: unknown = metadata[name]
    return typeof url !== 'string' || urlProblem(url) !== undefined
  })
  return { ...metadata, ...Object.fromEntries(bad.map((name) => [name, undefined])) }
}

/** What was published may be anything: it is quoted nowhere. */
function toTokenRequestError(failure: unknown): TokenRequestError {
  const mismatch =
    failure instanceof ClientError && failure.code === 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED'
  return mismatch
    ? new TokenRequestError({ verdict: 'terminal', reason: 'discovery_wrong_issuer' })
    : new TokenRequestError({ verdict: 'transient', reason: 'discovery_failed' })
}
