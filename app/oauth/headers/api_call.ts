import { TokenRequestError, TokenUnavailable } from '#oauth/errors'
import type { Cause } from '#oauth/events'
import { authenticatedHeaders } from '#oauth/headers/authenticated_headers'
import type { AccessToken } from '#oauth/life/access_token'
import type { OAuthManager, TokenOwner } from '#oauth/oauth_manager'
import type { ProviderConfig } from '#oauth/provider_config'
import { credentialTrouble } from '#oauth/wire/api_answer'
import type { HttpAnswer, HttpClient, HttpRequest } from '#shared/http_client'

export interface ApiCallParts {
  manager: OAuthManager
  http: HttpClient
}

/** Whom a request is sent for, and why. */
export interface ApiCallOptions {
  owner?: TokenOwner
  cause: Cause
}

/** How long a token is waited for where something stands in for it, in milliseconds. */
const SHORT_WAIT_MS = 1_000

/**
 * Requests to the API of a provider. A token that the API refuses is given up, and the request
 * is sent once more with another one: a 401 says that nothing was done. What the provider's
 * table (`apiRules`) calls terminal stops everything, and an event of high severity says so.
 */
export class ApiCall {
  readonly #parts: ApiCallParts

  constructor(parts: ApiCallParts) {
    this.#parts = parts
  }

  /**
   * @returns whatever was answered last
   * @throws {UnknownProvider}
   * @throws {TokenUnavailable} and others of {@link OAuthTokenService.getAccessToken}
   * @throws {TransportError} when there was no answer
   */
  async send(
    provider: string,
    request: HttpRequest,
    { owner, cause }: ApiCallOptions
  ): Promise<HttpAnswer> {
    const { manager } = this.#parts
    const tokens = manager.use(provider, owner)
    const standsIn = hasStandIn(manager.grantsOf(provider).config)
    const longestWaitMs = standsIn ? SHORT_WAIT_MS : undefined
    const token = await tokens.getAccessToken({ ...cause, longestWaitMs }).catch((error) => {
      if (!standsIn) throw error
      return nothing(error)
    })
    if (!token) return this.#sendWithout(provider, request, { owner, cause })

    const first = await this.#attempt(provider, request, { token, owner, cause })
    if (first.status !== 401) return first
    const next = await tokens.getAccessToken(cause).catch(nothing)
    const another = next && next.fingerprint !== token.fingerprint
    return another ? this.#attempt(provider, request, { token: next, owner, cause }) : first
  }

  async #attempt(
    provider: string,
    request: HttpRequest,
    { token, owner, cause }: ApiCallOptions & { token: AccessToken }
  ): Promise<HttpAnswer> {
    const { manager } = this.#parts
    const { config } = manager.grantsOf(provider)
    const headers = authenticatedHeaders(token, { providers: { [provider]: config } })
    const answer = await this.#exchange(request, headers)

    const tokens = manager.use(provider, owner)
    const trouble = credentialTrouble(answer, config.apiRules ?? [])
    if (trouble?.verdict === 'terminal') await tokens.refuse(token, trouble, cause)
    else if (answer.status === 401) await tokens.invalidate(token, cause)
    else if (answer.status < 300) tokens.confirm(token)
    return answer
  }

  /** With what the provider's entry has in place of a token, or not at all. */
  async #sendWithout(
    provider: string,
    request: HttpRequest,
    options: ApiCallOptions
  ): Promise<HttpAnswer> {
    return this.#exchange(request, await this.#parts.manager.headersFor(provider, options))
  }

  #exchange(request: HttpRequest, headers: HttpRequest['headers']): Promise<HttpAnswer> {
    return this.#parts.http.exchange({ ...request, headers: { ...request.headers, ...headers } })
  }
}

function hasStandIn({ fallbackToken, onFailure }: ProviderConfig): boolean {
  return fallbackToken !== undefined || onFailure === 'anonymous'
}

function nothing(error: unknown): undefined {
  if (error instanceof TokenUnavailable || error instanceof TokenRequestError) return undefined
  throw error
}
