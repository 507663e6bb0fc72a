import { CheckedGrant } from '#oauth/checked_grant'
import type { CredentialSource, Grant } from '#oauth/contracts'
import type { ResolvedOAuthConfig } from '#oauth/define_config'
import type { ProviderConfig, TokenOwner } from '#oauth/provider_config'
import { RevocationEndpoint } from '#oauth/revocation_endpoint'
import { TokenCheck } from '#oauth/token_check'
import { TokenEndpoint } from '#oauth/token_endpoint'
import { TokenRevocation, type TokenRevocationParts } from '#oauth/token_revocation'
import type { Clock } from '#shared/clock'
import type { HttpClient } from '#shared/http_client'

/** What the trail says of a revocation. */
type RevocationTrail = Pick<TokenRevocationParts, 'provider' | 'recorder' | 'fingerprints'>

/** Makes the grants of all tokens of one provider, which share its endpoints and its key set. */
export class ProviderGrants {
  readonly #provider: ProviderConfig
  readonly #tools: { http: HttpClient; clock: Clock }
  readonly #endpoint?: TokenEndpoint
  readonly #revocation?: RevocationEndpoint
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
    this.#revocation = revocationEndpoint(provider, deadlineMs, tools)
    this.#check = validate && new TokenCheck(validate, tools)
  }

  of(owner: TokenOwner): Grant {
    const { grant: factory, scope, audience } = this.#provider
    const facts = { credentials: this.#credentialsOf(owner.tenant), scope, audience }
    const grant = factory({ ...owner, ...facts, ...this.#tools, endpoint: () => this.#endpoint! })
    return this.#check ? new CheckedGrant(grant, this.#check) : grant
  }

  /** Undefined where the provider cannot be told of tokens that are given up. */
  revocationOf(tenant: string | undefined, trail: RevocationTrail): TokenRevocation | undefined {
    if (!this.#revocation) return undefined
    const { clock } = this.#tools
    const credentials = () => this.#credentialsOf(tenant).find()
    return new TokenRevocation({ ...trail, endpoint: this.#revocation, credentials, clock })
  }

  #credentialsOf(tenant: string | undefined): CredentialSource {
    const { credentials } = this.#provider
    return { identity: credentials.identity, find: () => credentials.find(tenant) }
  }
}

function revocationEndpoint(
  { endpoint, revocation }: ProviderConfig,
  deadlineMs: number,
  tools: { http: HttpClient; clock: Clock }
): RevocationEndpoint | undefined {
  if (!endpoint || !revocation) return undefined
  // A server knows itself by the address of its token endpoint (RFC 7523 §3).
  const [audience] = [endpoint.url].flat()
  const clientAssertion = { audience, ...endpoint.clientAssertion }
  const settings = { ...endpoint, clientAssertion, url: revocation.url, deadlineMs }
  return new RevocationEndpoint(settings, tools)
}
