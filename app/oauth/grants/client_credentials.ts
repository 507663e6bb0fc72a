import type { Grant, IssuedToken } from '#oauth/contracts'
import type { GrantContext, GrantFactory } from '#oauth/provider_config'

/** The client acts for itself (RFC 6749 §4.4). */
export function clientCredentials(): GrantFactory {
  return (context) => new ClientCredentialsGrant(context)
}

class ClientCredentialsGrant implements Grant {
  readonly type = 'client_credentials'
  readonly #context: GrantContext

  constructor(context: GrantContext) {
    this.#context = context
  }

  async obtain(): Promise<IssuedToken> {
    const { endpoint, credentials, scope } = this.#context
    const parameters = { grant_type: this.type, ...(scope ? { scope } : {}) }
    return endpoint.request(parameters, await credentials.find())
  }
}
