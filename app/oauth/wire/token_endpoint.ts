import type { Secret } from '@adonisjs/core/helpers'
import { proveClient, type ClientAuthenticationSettings } from '#oauth/wire/client_authentication'
import type { ClientCredentials, IssuedToken } from '#oauth/contracts'
import { EndpointAddresses } from '#oauth/wire/endpoint_addresses'
import { EitherSecret } from '#oauth/wire/either_secret'
import { TokenRequestError } from '#oauth/errors'
import { encodeBody, type BodyFormat, type RequestParameters } from '#oauth/wire/request_body'
import { readTokenAnswer, type AnswerSettings } from '#oauth/wire/token_answer'
import type { Clock } from '#shared/clock'
import type { HttpAnswer, HttpClient } from '#shared/http_client'
import { TransportError } from '#shared/transport_error'

export interface TokenEndpointSettings extends ClientAuthenticationSettings, AnswerSettings {
  /**
   * Its address; or several of one origin, tried in order while they answer 404 or 405. The
   * one that works is remembered. A function finds it out within the deadline that it is told.
   */
  url: string | readonly string[] | ((deadlineMs: number) => Promise<string>)

  /** Sent with every token request, besides. */
  headers?: Readonly<Record<string, string | Secret<string>>>

  /** The whole request may take this long, in milliseconds. */
  deadlineMs: number
}

/** What is asked for, and by whom. */
export interface TokenRequestContent {
  /** `grant_type` and what belongs to it. */
  parameters: RequestParameters
  credentials: ClientCredentials

  /** Of the body. RFC 6749 knows forms only. Default: `form`. */
  format?: BodyFormat
}

/** What was issued, and the answer that it was read from. */
export interface Exchanged {
  issued: IssuedToken
  answer: HttpAnswer
}

/** All that is needed of an HTTP client. */
type Exchanges = Pick<HttpClient, 'exchange'>

/** When something was asked, by the wall clock and by the monotonic clock. */
type Instants = Pick<IssuedToken, 'requestedAt' | 'requestedAtMonotonic'>

/** One request to one token endpoint: build, send, read. No caching; no retries, but with a second secret. */
export class TokenEndpoint {
  readonly #settings: TokenEndpointSettings
  readonly #addresses: (deadlineMs: number) => Promise<EndpointAddresses>
  readonly #http: Exchanges
  readonly #clock: Clock
  readonly #secrets = new EitherSecret()

  constructor(settings: TokenEndpointSettings, { http, clock }: { http: Exchanges; clock: Clock }) {
    this.#settings = settings
    this.#addresses = addressesOf(settings.url)
    this.#http = http
    this.#clock = clock
  }

  /**
   * @throws {TokenRequestError}
   */
  async request(content: TokenRequestContent): Promise<IssuedToken> {
    const { issued } = await this.exchange(content)
    return issued
  }

  /**
   * The same, for those who look into the answer too.
   *
   * @throws {TokenRequestError}
   */
  exchange(content: TokenRequestContent): Promise<Exchanged> {
    const deadline = this.#clock.monotonic() + this.#settings.deadlineMs
    const exchange = (credentials: ClientCredentials) =>
      this.#exchange({ ...content, credentials }, deadline)
    return this.#secrets.with(content.credentials, exchange)
  }

  async #exchange(content: TokenRequestContent, deadline: number): Promise<Exchanged> {
    const { answer, instants } = await this.#ask(content, deadline)
    const read = readTokenAnswer(answer, this.#settings, instants.requestedAt)
    return { answer, issued: { ...read, ...instants } }
  }

  /** The deadline is for all addresses together, for finding them, and for a second secret. */
  async #ask(
    content: TokenRequestContent,
    deadline: number
  ): Promise<{ answer: HttpAnswer; instants: Instants }> {
    const remaining = deadline - this.#clock.monotonic()
    if (remaining < this.#shortestMs) throw tooLate()
    const addresses = await this.#addresses(remaining)
    let last: { answer: HttpAnswer; instants: Instants } | undefined

    for (const url of addresses.inOrder()) {
      const instants = this.#instants()
      const deadlineMs = Math.ceil(deadline - instants.requestedAtMonotonic)
      if (deadlineMs < this.#shortestMs) {
        if (last) break
        throw tooLate()
      }

      last = { answer: await this.#send(url, content, deadlineMs), instants }
      if (addresses.foundAt(url, last.answer.status)) break
    }
    return last!
  }

  async #send(
    url: string,
    { parameters, credentials, format = 'form' }: TokenRequestContent,
    deadlineMs: number
  ): Promise<HttpAnswer> {
    const settings = this.#settings
    const proof = await proveClient(credentials, { url, settings, clock: this.#clock })
    const { contentType, body } = encodeBody({ ...parameters, ...proof.parameters }, format)
    const own = { 'Accept': 'application/json', 'Content-Type': contentType }
    const headers = { ...settings.headers, ...own, ...proof.headers }

    try {
      return await this.#http.exchange({ method: 'POST', url, headers, body, deadlineMs })
    } catch (error) {
      throw error instanceof TransportError ? toTokenRequestError(error) : error
    }
  }

  /** Nothing is asked for in so little time that the answer would be lost. */
  get #shortestMs(): number {
    return this.#settings.deadlineMs / 10
  }

  #instants(): Instants {
    return { requestedAt: this.#clock.now(), requestedAtMonotonic: this.#clock.monotonic() }
  }
}

function tooLate(): TokenRequestError {
  return new TokenRequestError({ verdict: 'transient', reason: 'timeout' })
}

function addressesOf(url: TokenEndpointSettings['url']) {
  if (typeof url === 'function') {
    return async (deadlineMs: number) => new EndpointAddresses(await url(deadlineMs))
  }
  const addresses = new EndpointAddresses(url)
  return async () => addresses
}

function toTokenRequestError(error: TransportError): TokenRequestError {
  return new TokenRequestError({
    verdict: error.failure === 'certificate_invalid' ? 'terminal' : 'transient',
    reason: error.failure,
    outcomeUnknown: error.sent && error.failure === 'timeout',
  })
}
