import { CheckedGrant } from '#oauth/checked_grant'
import type { CredentialSource, Grant } from '#oauth/contracts'
import type { ResolvedOAuthConfig } from '#oauth/define_config'
import { Discovery } from '#oauth/wire/discovery'
import type { ProviderConfig, TokenOwner } from '#oauth/provider_config'
import type { SignInKeeping } from '#oauth/sign_in/contracts'
import { RevocationEndpoint } from '#oauth/wire/revocation_endpoint'
import { TokenCheck } from '#oauth/wire/token_check'
import { TokenEndpoint } from '#oauth/wire/token_endpoint'
import { TokenRevocation, type TokenRevocationParts } from '#oauth/life/token_revocation'
import type { Clock } from '#shared/clock'
import type { EventRecorder } from '#shared/event_recorder'
import type { HttpClient } from '#shared/http_client'

export interface ProviderTools {
  http: HttpClient
  clock: Clock

  /** Absent where there is no database to keep what people gave. */
  signIns?: SignInKeeping
}

/** What the trail says of a revocation. */
type RevocationTrail = Pick<TokenRevocationParts, 'recorder' | 'fingerprints'>

/** Makes the grants of all tokens of one provider, which share its endpoints and its key set. */
export class ProviderGrants {
  /** Of its entry in config/oauth.ts. */
  readonly name: string
  readonly config: ProviderConfig
  readonly tools: ProviderTools
  readonly endpoint?: TokenEndpoint

  /** Present where the provider publishes its addresses. */
  readonly discovery?: Discovery
  readonly #revocation?: RevocationEndpoint
  readonly #check?: TokenCheck

  constructor(
    name: string,
    config: ProviderConfig,
    {
      requestDeadlineMs: deadlineMs,
      ...tools
    }: ProviderTools & Pick<ResolvedOAuthConfig, 'requestDeadlineMs'>
  ) {
    const { endpoint, issuer, validate } = config
    this.name = name
    this.config = config
    this.tools = tools

    const discovery = issuer === undefined ? undefined : new Discovery(issuer, tools)
    this.discovery = discovery
    if (endpoint) {
      const { url = (within: number) => discovery!.tokenEndpoint(within) } = endpoint
      this.endpoint = new TokenEndpoint({ ...endpoint, url, deadlineMs }, tools)
    }
    this.#revocation = this.#revocationEndpoint(deadlineMs)
    this.#check = validate && new TokenCheck(validate, tools)
  }

  /** Of a tenant, or the provider's own. */
  credentialsOf(tenant: string | undefined): CredentialSource {
    const { credentials } = this.config
    return { identity: credentials.identity, find: () => credentials.find(tenant) }
  }

  of(owner: TokenOwner, recorder: EventRecorder): Grant {
    const { grant: factory, scope, audience } = this.config
    const grant = factory({
      ...owner,
      ...this.tools,
      provider: this.name,
      credentials: this.credentialsOf(owner.tenant),
      scope,
      audience,
      recorder,
      endpoint: () => this.endpoint!,
    })
    return this.checked(grant)
  }

  /** A grant whose tokens are looked into, where the provider's are. */
  checked(grant: Grant): Grant {
    return this.#check ? new CheckedGrant(grant, this.#check) : grant
  }

  /** Undefined where the provider cannot be told of tokens that are given up. */
  revocationOf(tenant: string | undefined, trail: RevocationTrail): TokenRevocation | undefined {
    if (!this.#revocation) return undefined
    return new TokenRevocation({
      ...trail,
      provider: this.name,
      endpoint: this.#revocation,
      credentials: () => this.credentialsOf(tenant).find(),
      clock: this.tools.clock,
    })
  }

  #revocationEndpoint(deadlineMs: number): RevocationEndpoint | undefined {
    const { endpoint, issuer } = this.config
    const url = this.#revocationAddress()
    if (!endpoint || !url) return undefined

    // A server knows itself by the address of its token endpoint (RFC 7523 §3), or by its issuer.
    const [audience = issuer] = [endpoint.url].flat()
    const clientAssertion = { audience, ...endpoint.clientAssertion }
    return new RevocationEndpoint({ ...endpoint, clientAssertion, url, deadlineMs }, this.tools)
  }

  /** A provider whose endpoint stands in the configuration is not asked for the others. */
  #revocationAddress() {
    const { revocation, endpoint } = this.config
    const { discovery } = this
    if (revocation ?? (endpoint?.url || !discovery)) return revocation?.url
    return async (withinMs: number) => {
      const { revocation_endpoint: published } = await discovery.metadata(withinMs)
      return published
    }
  }
}
