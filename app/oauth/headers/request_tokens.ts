import type { Secret } from '@adonisjs/core/helpers'
import type { HttpAnswer, HttpRequest } from '#shared/http_client'
import { ApiCall, type ApiCallParts } from '#oauth/headers/api_call'
import type { OAuthManager, TokenOwner } from '#oauth/oauth_manager'

/** The tokens of providers, at the hand of one inbound request: `ctx.oauth`. */
export class RequestTokens {
  readonly #manager: OAuthManager
  readonly #calls: ApiCall
  readonly #correlationId?: string

  /** @param correlationId joins what is recorded with the request: its id */
  constructor(parts: ApiCallParts, correlationId?: string) {
    this.#manager = parts.manager
    this.#calls = new ApiCall(parts)
    this.#correlationId = correlationId
  }

  /**
   * Sends a request to the API of a provider, and once more when its token was refused.
   *
   * @see {@link ApiCall.send}
   */
  send(provider: string, request: HttpRequest, owner?: TokenOwner): Promise<HttpAnswer> {
    const cause = { correlationId: this.#correlationId }
    return this.#calls.send(provider, request, { owner, cause })
  }

  /**
   * What authenticates a request to the API of a provider, or stands in for that as its entry
   * says. The values stay secrets: the HTTP client of the application takes them as they are.
   *
   * @throws {UnknownProvider}
   * @throws {TokenUnavailable} and others of {@link OAuthTokenService.getAccessToken}
   */
  async headers(provider: string, owner?: TokenOwner): Promise<Record<string, Secret<string>>> {
    const cause = { correlationId: this.#correlationId }
    const { headers } = await this.#manager.authenticationFor(provider, { owner, cause })
    return headers
  }
}
