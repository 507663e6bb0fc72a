import type { Secret } from '@adonisjs/core/helpers'
import type { Grant, IssuedToken } from '#oauth/contracts'
import { assertionOf, digestOf, endingWith } from '#oauth/grants/assertion'
import { present } from '#oauth/grants/present'
import type { GrantContext, GrantFactory } from '#oauth/provider_config'

const TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:'

/** The identifiers of RFC 8693 §3. */
export const tokenTypes = {
  accessToken: `${TOKEN_TYPE}access_token`,
  refreshToken: `${TOKEN_TYPE}refresh_token`,
  idToken: `${TOKEN_TYPE}id_token`,
  saml1: `${TOKEN_TYPE}saml1`,
  saml2: `${TOKEN_TYPE}saml2`,
  jwt: `${TOKEN_TYPE}jwt`,
}

export interface TokenExchangeOptions {
  /** What the assertion is. Default: an access token. */
  subjectTokenType?: string

  /** What is asked for. Absent: the server decides. */
  requestedTokenType?: string

  /** The APIs that the token is for. */
  resource?: string | readonly string[]

  /** Who acts, when that is somebody else than the client (RFC 8693 §1.1). */
  actor?: { token: Secret<string>; type: string }
}

/** One token is exchanged for another (RFC 8693 §2.1). */
export function tokenExchange(options: TokenExchangeOptions = {}): GrantFactory {
  const factory: GrantFactory = (context) => new TokenExchangeGrant(context, options)
  factory.takesAssertion = true
  return factory
}

class TokenExchangeGrant implements Grant {
  readonly type = 'urn:ietf:params:oauth:grant-type:token-exchange'
  readonly keyParts: readonly string[]
  readonly #context: GrantContext
  readonly #options: TokenExchangeOptions

  constructor(context: GrantContext, options: TokenExchangeOptions) {
    const { actor, ...facts } = options
    this.#context = context
    this.#options = options
    this.keyParts = [digestOf(context.assertion), digestOf(actor?.token), JSON.stringify(facts)]
  }

  async obtain(): Promise<IssuedToken> {
    const { endpoint, credentials, scope, audience } = this.#context
    const { subjectTokenType, requestedTokenType, resource, actor } = this.#options

    const issued = await endpoint().request({
      parameters: present({
        grant_type: this.type,
        subject_token: assertionOf(this.#context),
        subject_token_type: subjectTokenType ?? tokenTypes.accessToken,
        requested_token_type: requestedTokenType,
        actor_token: actor?.token,
        actor_token_type: actor?.type,
        resource,
        audience,
        scope,
      }),
      credentials: await credentials.find(),
    })
    return endingWith(issued, this.#context)
  }
}
