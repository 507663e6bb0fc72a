import type { Grant, IssuedToken } from '#oauth/contracts'
import { present } from '#oauth/grants/present'
import type { GrantContext, GrantFactory } from '#oauth/provider_config'

export interface ClientCredentialsOptions {
  /** The APIs that the token is for (RFC 8707 §2). */
  resource?: string | readonly string[]

  /** Whatever else the provider wants to be told. Nothing secret. */
  parameters?: Readonly<Record<string, string>>
}

/** The client acts for itself (RFC 6749 §4.4). */
export function clientCredentials(options: ClientCredentialsOptions = {}): GrantFactory {
  return (context) => new ClientCredentialsGrant(context, options)
}

class ClientCredentialsGrant implements Grant {
  readonly type = 'client_credentials'
  readonly keyParts?: readonly string[]
  readonly #context: GrantContext
  readonly #options: ClientCredentialsOptions

  constructor(context: GrantContext, options: ClientCredentialsOptions) {
    const { resource, parameters } = options
    this.#context = context
    this.#options = options
    if (resource ?? parameters) this.keyParts = [JSON.stringify([resource, parameters])]
  }

  async obtain(): Promise<IssuedToken> {
    const { endpoint, credentials, scope, audience } = this.#context
    const { resource, parameters } = this.#options
    const standard = present({ grant_type: this.type, scope, audience, resource })

    return endpoint().request({
      parameters: { ...parameters, ...standard },
      credentials: await credentials.find(),
    })
  }
}
