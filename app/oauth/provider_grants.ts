import { CheckedGrant } from '#oauth/checked_grant'
import type { CredentialSource, Grant } from '#oauth/contracts'
import type { ResolvedOAuthConfig } from '#oauth/define_config'
import type { ProviderConfig, TokenOwner } from '#oauth/provider_config'
import { TokenCheck } from '#oauth/token_check'
import { TokenEndpoint } from '#oauth/token_endpoint'
import type { Clock } from '#shared/clock'
import type { HttpClient } from '#shared/http_client'

/** Makes the grants of all tokens of one provider, which share its endpoint and its key set. */
export class ProviderGrants {
  readonly #provider: ProviderConfig
  readonly #tools: { http: HttpClient; clock: Clock }
  readonly #endpoint?: TokenEndpoint
  readonly #check?: TokenCheck

  constructor(
    provider: ProviderConfig,
    { requestDeadlineMs: deadlineMs }: Pick<ResolvedOAuthConfig, 'requestDeadlineMs'>,
    tools: { http: HttpClient; clock: Clock }
  ) {
    const { endpoint, validate } = provider
    this.#provider = provider
    this.#tools = tools
    this.#endpoint = endpoint && new TokenEndpoint({ ...endpoint, deadlineMs }, tools)
    this.#check = validate && new TokenCheck(validate, tools)
  }

  of(owner: TokenOwner): Grant {
    const { grant: factory, credentials, scope, audience } = this.#provider
    const ofTenant: CredentialSource = {
      identity: credentials.identity,
      find: () => credentials.find(owner.tenant),
    }
    const facts = { credentials: ofTenant, scope, audience }
    const grant = factory({ ...owner, ...facts, ...this.#tools, endpoint: () => this.#endpoint! })
    return this.#check ? new CheckedGrant(grant, this.#check) : grant
  }
}
