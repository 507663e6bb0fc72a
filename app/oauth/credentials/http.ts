import type { Secret } from '@adonisjs/core/helpers'
import type { CredentialSource } from '#oauth/contracts'
import type { ClientCredentials } from '#oauth/credentials/kinds'
import { MEMBERS, readTenantCredentials } from '#oauth/credentials/tenant_credentials'
import { TokenRequestError, UnknownTenant } from '#oauth/errors'
import { SingleFlight } from '#oauth/life/single_flight'
import type { Clock } from '#shared/clock'
import type { HttpClient } from '#shared/http_client'
import { parseJsonObject } from '#shared/strict_json'
import { TransportError } from '#shared/transport_error'

export interface HttpCredentialsSettings {
  /** Of a tenant; its name comes encoded for a path. `{tenant}` stands for it. */
  url: string

  /** What the service wants to see, e.g. an Authorization header. */
  headers?: Record<string, string | Secret<string>>

  /** Where the document stands in the answer, as a path of member names. Default: the answer itself. */
  path?: readonly string[]

  /** Names in the document, where they are not those of RFC 7591. */
  names?: Partial<Record<keyof typeof MEMBERS, string>>

  /** How long what was fetched is used again, in milliseconds. Default: 60 s. */
  cacheMs?: number

  /** How long the service may take, in milliseconds. Default: 5 s. */
  deadlineMs?: number
}

const DEFAULTS = { cacheMs: 60_000, deadlineMs: 5_000 }

interface Fetched {
  credentials: ClientCredentials
  until: number
}

/** Credentials of tenants from a service of the organisation, fetched when they are needed. */
export class HttpCredentials implements CredentialSource {
  readonly identity = 'http'
  readonly #settings: HttpCredentialsSettings
  readonly #http: HttpClient
  readonly #clock: Clock
  readonly #fetched = new Map<string, Fetched>()
  readonly #flights = new Map<string, SingleFlight<ClientCredentials>>()

  constructor(
    settings: HttpCredentialsSettings,
    { http, clock }: { http: HttpClient; clock: Clock }
  ) {
    this.#settings = settings
    this.#http = http
    this.#clock = clock
  }

  /**
   * @throws {UnknownTenant}
   * @throws {TokenRequestError} when the service does not answer, or not with credentials
   */
  async find(tenant?: string): Promise<ClientCredentials> {
    // A path takes these two for something else than a name, however they are written.
    if (tenant === undefined || tenant === '.' || tenant === '..') throw new UnknownTenant()
    this.#dropOld()
    const fetched = this.#fetched.get(tenant)
    if (fetched) return fetched.credentials

    const flight = this.#flights.get(tenant) ?? new SingleFlight()
    this.#flights.set(tenant, flight)
    try {
      return await flight.run(() => this.#fetch(tenant))
    } finally {
      this.#flights.delete(tenant)
    }
  }

  async #fetch(tenant: string): Promise<ClientCredentials> {
    const credentials = this.#normalise(await this.#ask(tenant))
    const { cacheMs = DEFAULTS.cacheMs } = this.#settings
    this.#fetched.set(tenant, { credentials, until: this.#clock.monotonic() + cacheMs })
    return credentials
  }

  async #ask(tenant: string): Promise<string | undefined> {
    const { url, headers, deadlineMs = DEFAULTS.deadlineMs } = this.#settings
    const address = url.replaceAll('{tenant}', encodeURIComponent(tenant))
    const { status, body } = await this.#exchange(address, { ...headers }, deadlineMs)
    if (status === 404) throw new UnknownTenant()
    if (status !== 200) throw trouble(`tenant_service_http_${status}`)
    return body
  }

  async #exchange(
    url: string,
    headers: Record<string, string | Secret<string>>,
    deadlineMs: number
  ) {
    try {
      const all = { Accept: 'application/json', ...headers }
      return await this.#http.exchange({ method: 'GET', url, headers: all, deadlineMs })
    } catch (error) {
      throw error instanceof TransportError ? trouble(`tenant_service_${error.failure}`) : error
    }
  }

  /** Whatever is wrong with it is quoted nowhere: it may hold a secret. */
  #normalise(body: string | undefined): ClientCredentials {
    const { path = [], names = {} } = this.#settings
    const document = path.reduce<unknown>(
      (found, name) => (found as Record<string, unknown> | null | undefined)?.[name],
      parse(body)
    ) as Record<string, unknown> | null | undefined

    const members = Object.entries(MEMBERS).map(([member, standard]) => [
      standard,
      document?.[names[member as keyof typeof MEMBERS] ?? standard],
    ])
    const credentials = readTenantCredentials(Object.fromEntries(members))
    if (!credentials) throw trouble('tenant_service_rejected_response')
    return credentials
  }

  /** In the order in which they were fetched: the first that is young ends the search. */
  #dropOld(): void {
    const now = this.#clock.monotonic()
    for (const [tenant, { until }] of this.#fetched) {
      if (until > now) return
      this.#fetched.delete(tenant)
    }
  }
}

function parse(body: string | undefined): unknown {
  try {
    return parseJsonObject(body)
  } catch {
    return undefined
  }
}

function trouble(reason: string): TokenRequestError {
  return new TokenRequestError({ verdict: 'transient', reason })
}
