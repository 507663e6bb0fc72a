import type { Secret } from '@adonisjs/core/helpers'
import { proveClient, type ClientAuthenticationSettings } from '#oauth/client_authentication'
import type { ClientCredentials, IssuedToken } from '#oauth/contracts'
import { TokenRequestError } from '#oauth/errors'
import { encodeBody, type BodyFormat, type RequestParameters } from '#oauth/request_body'
import { readTokenAnswer, type AnswerSettings } from '#oauth/token_answer'
import type { Clock } from '#shared/clock'
import type { HttpAnswer, HttpClient } from '#shared/http_client'
import { TransportError } from '#shared/transport_error'

export interface TokenEndpointSettings extends ClientAuthenticationSettings, AnswerSettings {
  url: string

  /** Sent with every token request, besides. */
  headers?: Record<string, string | Secret<string>>

  /** The whole request may take this long, in milliseconds. */
  deadlineMs: number
}

/** One request to one token endpoint: build, send, read. No caching, no retries. */
export class TokenEndpoint {
  readonly #settings: TokenEndpointSettings
  readonly #http: HttpClient
  readonly #clock: Clock

  constructor(
    settings: TokenEndpointSettings,
    { http, clock }: { http: HttpClient; clock: Clock }
  ) {
    this.#settings = settings
    this.#http = http
    this.#clock = clock
  }

  /**
   * @param parameters `grant_type` and what belongs to it
   * @param format of the body; RFC 6749 knows forms only
   * @throws {TokenRequestError}
   */
  async request(
    parameters: RequestParameters,
    credentials: ClientCredentials,
    format: BodyFormat = 'form'
  ): Promise<IssuedToken> {
    const requestedAt = this.#clock.now()
    const requestedAtMonotonic = this.#clock.monotonic()
    const { url } = this.#settings
    const occasion = { url, settings: this.#settings, clock: this.#clock }
    const proof = await proveClient(credentials, occasion)
    const body = encodeBody({ ...parameters, ...proof.parameters }, format)
    const answer = await this.#send(body, proof.headers)

    return {
      ...readTokenAnswer(answer, this.#settings, requestedAt),
      requestedAt,
      requestedAtMonotonic,
    }
  }

  async #send(
    { contentType, body }: ReturnType<typeof encodeBody>,
    proof: Record<string, Secret<string>> = {}
  ): Promise<HttpAnswer> {
    const { url, headers, deadlineMs } = this.#settings
    const own = { 'Accept': 'application/json', 'Content-Type': contentType }

    try {
      const all = { ...headers, ...own, ...proof }
      return await this.#http.exchange({ method: 'POST', url, headers: all, body, deadlineMs })
    } catch (error) {
      throw error instanceof TransportError ? toTokenRequestError(error) : error
    }
  }
}

function toTokenRequestError(error: TransportError): TokenRequestError {
  return new TokenRequestError({
    verdict: error.failure === 'certificate_invalid' ? 'terminal' : 'transient',
    reason: error.failure,
    outcomeUnknown: error.sent && error.failure === 'timeout',
  })
}
