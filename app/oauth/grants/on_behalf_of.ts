import type { Grant, IssuedToken } from '#oauth/contracts'
import { assertionOf, digestOf, endingWith } from '#oauth/grants/assertion'
import { present } from '#oauth/grants/present'
import type { GrantContext, GrantFactory } from '#oauth/provider_config'

export interface OnBehalfOfOptions {
  /** Whatever else the provider wants to be told. Nothing secret. */
  parameters?: Readonly<Record<string, string>>
}

/**
 * The client acts for the person whose token it was called with: that token is its assertion
 * (RFC 7523 §2.1), exchanged for one that another API takes.
 */
export function onBehalfOf(options: OnBehalfOfOptions = {}): GrantFactory {
  const factory: GrantFactory = (context) => new OnBehalfOfGrant(context, options)
  factory.takesAssertion = true
  return factory
}

class OnBehalfOfGrant implements Grant {
  readonly type = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
  readonly keyParts: readonly string[]
  readonly #context: GrantContext
  readonly #options: OnBehalfOfOptions

  constructor(context: GrantContext, options: OnBehalfOfOptions) {
    this.#context = context
    this.#options = options
    this.keyParts = [digestOf(context.assertion), JSON.stringify(options)]
  }

  async obtain(): Promise<IssuedToken> {
    const { endpoint, credentials, scope, audience } = this.#context
    const standard = present({
      grant_type: this.type,
      requested_token_use: 'on_behalf_of',
      assertion: assertionOf(this.#context),
      scope,
      audience,
    })

    const issued = await endpoint().request({
      parameters: { ...this.#options.parameters, ...standard },
      credentials: await credentials.find(),
    })
    return endingWith(issued, this.#context)
  }
}
