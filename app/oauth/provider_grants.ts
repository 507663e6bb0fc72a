import type { Grant } from '#oauth/contracts'
import type { ResolvedOAuthConfig } from '#oauth/define_config'
import type { TokenOwner } from '#oauth/oauth_manager'
import type { ProviderConfig } from '#oauth/provider_config'
import { TokenEndpoint } from '#oauth/token_endpoint'
import type { Clock } from '#shared/clock'
import type { HttpClient } from '#shared/http_client'

/** Makes the grants of all tokens of one provider, which share its endpoint. */
export class ProviderGrants {
  readonly #provider: ProviderConfig
  readonly #endpoint: TokenEndpoint
  readonly #tools: { http: HttpClient; clock: Clock }

  constructor(
    provider: ProviderConfig,
    { requestDeadlineMs: deadlineMs }: Pick<ResolvedOAuthConfig, 'requestDeadlineMs'>,
    tools: { http: HttpClient; clock: Clock }
  ) {
    this.#provider = provider
    this.#tools = tools
    this.#endpoint = new TokenEndpoint({ ...provider.endpoint, deadlineMs }, tools)
  }

  of({ tenant, subject }: TokenOwner): Grant {
    const { grant, credentials, scope, audience } = this.#provider
    const owner = { tenant, subject }
    const ofTenant = {
      identity: credentials.identity,
      find: () => credentials.find(tenant),
    }
    const facts = { credentials: ofTenant, scope, audience }
    return grant({ endpoint: this.#endpoint, ...facts, ...owner, ...this.#tools })
  }
}
