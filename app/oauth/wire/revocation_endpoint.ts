import type { Secret } from '@adonisjs/core/helpers'
import type { AnswerRule } from '#oauth/wire/answer_rules'
import { proveClient, type ClientAuthenticationSettings } from '#oauth/wire/client_authentication'
import type { ClientCredentials } from '#oauth/contracts'
import { EitherSecret } from '#oauth/wire/either_secret'
import { TokenRequestError } from '#oauth/errors'
import { refusal } from '#oauth/wire/refusal'
import { encodeBody, type RequestParameters } from '#oauth/wire/request_body'
import type { Clock } from '#shared/clock'
import type { HttpClient } from '#shared/http_client'
import { urlProblem } from '#shared/url_problem'

/** Of which kind a token is (RFC 7009 §2.1). */
export type TokenTypeHint = 'access_token' | 'refresh_token'

export interface RevocationEndpointSettings extends ClientAuthenticationSettings {
  /**
   * Its address, or whoever finds it out within so many milliseconds: undefined when the
   * provider has none.
   */
  url: string | ((withinMs: number) => Promise<string | undefined>)

  /** Sent with every request, besides. */
  headers?: Readonly<Record<string, string | Secret<string>>>

  /** The provider's own table of verdicts, consulted before that of RFC 6749. */
  answerRules?: readonly AnswerRule[]

  /** Finding the address and the request may take this long together, in milliseconds. */
  deadlineMs: number
}

/** What is to be revoked, and for whom. */
export interface RevocationContent {
  token: Secret<string>
  hint: TokenTypeHint

  /** Asked for when there is an address to go to. */
  credentials: () => Promise<ClientCredentials>
}

/** One request, by the monotonic clock to be answered until `deadline`. */
interface Attempt {
  url: string
  parameters: RequestParameters
  client: ClientCredentials
  deadline: number
}

/** The one error that RFC 6749 does not know (RFC 7009 §2.2.1). */
const UNSUPPORTED: AnswerRule = {
  member: 'error',
  values: ['unsupported_token_type'],
  verdict: 'terminal',
  reason: 'unsupported_token_type',
}

/** One request to one revocation endpoint (RFC 7009). No retries, but with a second secret. */
export class RevocationEndpoint {
  readonly #settings: RevocationEndpointSettings
  readonly #http: HttpClient
  readonly #clock: Clock
  readonly #secrets = new EitherSecret()

  constructor(
    settings: RevocationEndpointSettings,
    { http, clock }: { http: HttpClient; clock: Clock }
  ) {
    this.#settings = settings
    this.#http = http
    this.#clock = clock
  }

  /**
   * @returns whether there is an endpoint, and it holds the token for invalid now
   * @throws {TokenRequestError} when it refused
   * @throws {TransportError} when it did not answer
   */
  async revoke({ token, hint, credentials }: RevocationContent): Promise<boolean> {
    const deadline = this.#clock.monotonic() + this.#settings.deadlineMs
    const url = await this.#address()
    if (url === undefined) return false

    const parameters = { token, token_type_hint: hint }
    const ask = (client: ClientCredentials) => this.#ask({ url, parameters, client, deadline })
    await this.#secrets.with(await credentials(), ask)
    return true
  }

  async #address(): Promise<string | undefined> {
    const { url, deadlineMs } = this.#settings
    const found = typeof url === 'string' ? url : await url(deadlineMs)
    // What a provider says of itself was not checked at boot, and is about to be told secrets.
    if (found !== undefined && urlProblem(found)) {
      throw new TokenRequestError({ verdict: 'terminal', reason: 'unsafe_address' })
    }
    return found
  }

  async #ask({ url, parameters, client, deadline }: Attempt): Promise<void> {
    const settings = this.#settings
    const proof = await proveClient(client, { url, settings, clock: this.#clock })
    const { contentType, body } = encodeBody({ ...parameters, ...proof.parameters }, 'form')
    const own = { 'Accept': 'application/json', 'Content-Type': contentType }
    const headers = { ...settings.headers, ...own, ...proof.headers }
    const deadlineMs = Math.max(1, Math.ceil(deadline - this.#clock.monotonic()))

    const answer = await this.#http.exchange({ method: 'POST', url, headers, body, deadlineMs })
    // A token that the server does not know is none that anybody can use (RFC 7009 §2.2).
    if (answer.status === 200) return
    throw new TokenRequestError(refusal(answer, [...(settings.answerRules ?? []), UNSUPPORTED]))
  }
}
