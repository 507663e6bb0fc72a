import { TokenRequestError, TokenUnavailable } from '#oauth/errors'
import type { Cause } from '#oauth/events'
import type { Authentication } from '#oauth/headers/request_headers'
import type { OAuthManager, TokenOwner } from '#oauth/oauth_manager'
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
    const authenticate = () => this.#parts.manager.authenticationFor(provider, { owner, cause })
    const attempt = (authentication: Authentication) =>
      this.#attempt(provider, request, { ...authentication, owner, cause })

    const { headers, token } = await authenticate()
    const first = await attempt({ headers, token })
    if (first.status !== 401 || !token) return first

    const next = await authenticate().catch(nothing)
    return next && next.token?.fingerprint !== token.fingerprint ? attempt(next) : first
  }

  async #attempt(
    provider: string,
    request: HttpRequest,
    { headers, token, owner, cause }: ApiCallOptions & Authentication
  ): Promise<HttpAnswer> {
    const { manager, http } = this.#parts
    const all = { ...request.headers, ...headers }
    const answer = await http.exchange({ ...request, headers: all })
    if (!token) return answer

    const tokens = manager.use(provider, owner)
    const { apiRules = [] } = manager.grantsOf(provider).config
    const trouble = credentialTrouble(answer, apiRules)
    if (trouble?.verdict === 'terminal') await tokens.refuse(token, trouble, cause)
    else if (answer.status === 401) await tokens.invalidate(token, cause)
    else if (answer.status < 300) tokens.confirm(token)
    return answer
  }
}

/** There is no other token: what was answered to the first is the answer. */
function nothing(error: unknown): undefined {
  if (error instanceof TokenUnavailable || error instanceof TokenRequestError) return undefined
  throw error
}
