import type { Secret } from '@adonisjs/core/helpers'
import type { OAuthManager, TokenOwner } from '#oauth/oauth_manager'

/** The tokens of providers, at the hand of one inbound request: `ctx.oauth`. */
export class RequestTokens {
  readonly #manager: OAuthManager
  readonly #correlationId?: string

  /** @param correlationId joins what is recorded with the request: its id */
  constructor(manager: OAuthManager, correlationId?: string) {
    this.#manager = manager
    this.#correlationId = correlationId
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
    return this.#manager.headersFor(provider, { owner, cause })
  }
}
