import { Secret } from '@adonisjs/core/helpers'
import type { ClientCredentials, IssuedToken } from '#oauth/contracts'
import { TokenRequestError } from '#oauth/errors'
import { readTokenAnswer, type AnswerRule } from '#oauth/token_answer'
import type { Clock } from '#shared/clock'
import type { HttpAnswer, HttpClient } from '#shared/http_client'
import { TransportError } from '#shared/transport_error'

export interface TokenEndpointSettings {
  url: string

  /** How the client proves itself: an Authorization header, or members of the form (RFC 6749 §2.3.1). */
  clientAuthentication: 'basic' | 'post'

  /**
   * Whether id and secret are form-encoded before they are joined for Basic, as RFC 6749
   * §2.3.1 asks. Some providers, Orange among them, take them as they are.
   */
  formEncodeCredentials: boolean

  /** The whole request may take this long, in milliseconds. */
  deadlineMs: number

  /** The provider's own table of verdicts, consulted before that of RFC 6749. */
  answerRules: readonly AnswerRule[]
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
   * @throws {TokenRequestError}
   */
  async request(
    parameters: Record<string, string>,
    credentials: ClientCredentials
  ): Promise<IssuedToken> {
    const requestedAt = this.#clock.now()
    const requestedAtMonotonic = this.#clock.monotonic()
    const answer = await this.#send(parameters, credentials)

    return {
      ...readTokenAnswer(answer, this.#settings.answerRules),
      requestedAt,
      requestedAtMonotonic,
    }
  }

  async #send(
    parameters: Record<string, string>,
    credentials: ClientCredentials
  ): Promise<HttpAnswer> {
    const form = new URLSearchParams(parameters)
    const headers: Record<string, string | Secret<string>> = {
      'Accept': 'application/json',
      'Content-Type': 'application/x-www-form-urlencoded',
    }

    if (this.#settings.clientAuthentication === 'post' && 'clientId' in credentials) {
      form.set('client_id', credentials.clientId)
      form.set('client_secret', credentials.clientSecret.release())
    } else {
      headers.Authorization = this.#basicHeader(credentials)
    }

    try {
      return await this.#http.exchange({
        method: 'POST',
        url: this.#settings.url,
        headers,
        body: new Secret(form.toString()),
        deadlineMs: this.#settings.deadlineMs,
      })
    } catch (error) {
      throw error instanceof TransportError ? toTokenRequestError(error) : error
    }
  }

  #basicHeader(credentials: ClientCredentials): Secret<string> {
    if ('authorizationHeader' in credentials) return credentials.authorizationHeader

    const encode = this.#settings.formEncodeCredentials ? formEncode : (value: string) => value
    return credentials.clientSecret.map((secret) => {
      const pair = `${encode(credentials.clientId)}:${encode(secret)}`
      return `Basic ${Buffer.from(pair).toString('base64')}`
    })
  }
}

function toTokenRequestError(error: TransportError): TokenRequestError {
  return new TokenRequestError({
    verdict: error.failure === 'certificate_invalid' ? 'terminal' : 'transient',
    reason: error.failure,
    outcomeUnknown: error.sent && error.failure === 'timeout',
  })
}

function formEncode(value: string): string {
  return new URLSearchParams({ value }).toString().slice('value='.length)
}
