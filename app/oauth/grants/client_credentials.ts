import type { CredentialSource, Grant, IssuedToken } from '#oauth/contracts'
import type { TokenEndpoint } from '#oauth/token_endpoint'

/** The client acts for itself (RFC 6749 §4.4). */
export class ClientCredentialsGrant implements Grant {
  readonly type = 'client_credentials'
  readonly #endpoint: TokenEndpoint
  readonly #credentials: CredentialSource
  readonly #scope?: string

  constructor(endpoint: TokenEndpoint, credentials: CredentialSource, scope?: string) {
    this.#endpoint = endpoint
    this.#credentials = credentials
    this.#scope = scope
  }

  async obtain(): Promise<IssuedToken> {
    const parameters = { grant_type: this.type, ...(this.#scope ? { scope: this.#scope } : {}) }
    return this.#endpoint.request(parameters, await this.#credentials.find())
  }
}
