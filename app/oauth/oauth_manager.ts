import type { CredentialSource, TokenStore } from '#oauth/contracts'
import type { ResolvedOAuthConfig } from '#oauth/define_config'
import type { Cause } from '#oauth/events'
import type { OAuthTokenService } from '#oauth/oauth_token_service'
import type { CredentialPause } from '#oauth/life/credential_pause'
import { DISABLED } from '#oauth/life/pause'
import type { TokenOwner } from '#oauth/provider_config'
import type { PassingToken } from '#oauth/passing_token'
import type { ProviderGrants } from '#oauth/provider_grants'
import { RequestHeaders, type Authentication } from '#oauth/headers/request_headers'
import { ServiceFactory, type ServiceFactoryParts } from '#oauth/service_factory'
import { ServicesInUse } from '#oauth/services_in_use'
import { type TokenSharing, unshared } from '#oauth/sharing/token_sharing'
import type { TokenRevocation } from '#oauth/life/token_revocation'
import { TenantSwitch } from '#oauth/tenant_switch'

export type { TokenOwner }

export interface OAuthManagerParts extends Omit<ServiceFactoryParts, 'sharing'> {
  /** Where tokens meet those of other processes. Absent: they are this process's own. */
  sharing?: TokenSharing
}

/** Where tokens are kept, as health reports show it. */
export interface StoreState {
  name: string

  /** The store cannot be used at the moment: tokens are kept in memory. */
  degraded: boolean
}

/** The provider's own credentials, the client itself. */
const NO_OWNER: TokenOwner = Object.freeze({})

/** Hands out the one token service of each provider, tenant and subject. */
export class OAuthManager {
  /** Where tokens meet those of other processes. */
  readonly sharing: TokenSharing
  readonly #config: ResolvedOAuthConfig
  readonly #factory: ServiceFactory
  readonly #services: ServicesInUse
  readonly #switch: TenantSwitch
  readonly #headers: RequestHeaders

  constructor(parts: OAuthManagerParts) {
    const { config, recorder } = parts
    this.sharing = parts.sharing ?? unshared(ownStore(config))
    this.#config = config
    this.#headers = new RequestHeaders(parts)
    this.#factory = new ServiceFactory({ ...parts, sharing: this.sharing })
    const { idleMs } = config
    const { watch, store } = this.sharing
    this.#services = new ServicesInUse({ ...parts, factory: this.#factory, watch, idleMs })

    const credential = (provider: string, tenant: string) =>
      this.#factory.credential(provider, tenant).pause
    this.#switch = new TenantSwitch({ credential, services: this.#services, store, recorder })
  }

  /** Shown in health reports. */
  get storeState(): StoreState {
    const { store, outage } = this.sharing
    return { name: store.name, degraded: outage?.degraded ?? false }
  }

  /**
   * Begins to learn what other processes do, to let go of what nobody uses, and to bring the
   * tokens that are to be there before they are asked for.
   */
  async start(): Promise<void> {
    this.#services.start()
    for (const [name, { prefetch }] of Object.entries(this.#config.providers)) {
      if (prefetch) this.use(name).prefetch()
    }
    await this.sharing.watch?.start()
  }

  /**
   * @param name of a provider; the default one without it
   * @throws {UnknownProvider}
   */
  use(name: string = this.#config.default, owner: TokenOwner = NO_OWNER): OAuthTokenService {
    return this.#services.of(name, owner)
  }

  /**
   * The same, of a tenant whose name came from outside. One that is in use here is known: a
   * token in hand serves although its credentials cannot be had at the moment.
   *
   * @throws {UnknownProvider}
   * @throws {UnknownTenant} when it has no credentials, and then nothing is kept of it
   */
  async find(
    name: string = this.#config.default,
    tenant: string | undefined
  ): Promise<OAuthTokenService> {
    const known = tenant === undefined || this.#services.has(name, tenant)
    if (!known) await this.credentialsOf(name).find(tenant)
    return this.use(name, { tenant })
  }

  /**
   * The pause of credentials, in use here or not.
   *
   * @throws {UnknownProvider}
   */
  pauseOf(provider: string, tenant: string | undefined): CredentialPause {
    return this.#factory.pauseOf(provider, tenant)
  }

  /** A tenant has other credentials than those that were refused. @throws {UnknownProvider} */
  credentialsChanged(provider: string, tenant: string): Promise<void> {
    return this.#factory.credential(provider, tenant).pause.credentialsChanged()
  }

  /**
   * Whether anything may be sent for a tenant.
   *
   * @throws {UnknownProvider}
   */
  async isEnabled(provider: string, tenant: string | undefined): Promise<boolean> {
    const pause = await this.#factory.pauseOf(provider, tenant).current()
    return pause?.reason !== DISABLED
  }

  /**
   * Where the credentials of a provider come from.
   *
   * @throws {UnknownProvider}
   */
  credentialsOf(name: string = this.#config.default): CredentialSource {
    return this.#factory.credentialsOf(name)
  }

  /**
   * What all tokens of a provider share: its addresses, its endpoint.
   *
   * @throws {UnknownProvider}
   */
  grantsOf(name: string = this.#config.default): ProviderGrants {
    return this.#factory.grantsOf(name)
  }

  /**
   * Token requests of others, with the credentials of a provider.
   *
   * @throws {UnknownProvider}
   */
  passing(provider: string, tenant: string | undefined): PassingToken {
    return this.#factory.passing(provider, tenant)
  }

  /**
   * Tells a provider of what is given up. Undefined where it cannot be told.
   *
   * @throws {UnknownProvider}
   */
  revocationOf(provider: string, tenant: string | undefined): TokenRevocation | undefined {
    return this.#factory.revocationOf(provider, tenant)
  }

  /** All services that are in use here, of tenants and their subjects too. */
  *services(): Iterable<{
    provider: string
    tenant?: string
    subject?: string
    service: OAuthTokenService
  }> {
    for (const [{ provider, tenant, subject }, service] of this.#services.all()) {
      yield { provider, tenant: tenant || undefined, subject: subject || undefined, service }
    }
  }

  /**
   * What a request to the API of a provider goes out with: what authenticates it, or what the
   * entry of the provider has in its place while no token can be had.
   *
   * @param provider the default one without it
   * @throws {UnknownProvider}
   * @throws {TokenUnavailable} and others of {@link OAuthTokenService.getAccessToken}
   */
  async authenticationFor(
    provider: string = this.#config.default,
    { owner, cause }: { owner?: TokenOwner; cause?: Cause } = {}
  ): Promise<Authentication> {
    return this.#headers.of(provider, { tokens: this.use(provider, owner), owner, cause })
  }

  /** The service of each configured provider, for its own credentials. */
  providers(): { provider: string; service: OAuthTokenService }[] {
    const names = Object.keys(this.#config.providers)
    return names.map((provider) => ({ provider, service: this.use(provider) }))
  }

  /** Nothing is sent for this tenant any more, by any process, until it is enabled. */
  disable(provider: string | undefined, tenant: string, cause: Cause): Promise<void> {
    return this.#switch.disable(provider ?? this.#config.default, tenant, cause)
  }

  enable(provider: string | undefined, tenant: string, cause: Cause): Promise<void> {
    return this.#switch.enable(provider ?? this.#config.default, tenant, cause)
  }

  /** Stops all services; resolves when no token request is in the air any more. */
  async close(): Promise<void> {
    await this.sharing.watch?.stop()
    await this.#services.close()
    await this.sharing.store.close?.()
  }
}

function ownStore({ store }: ResolvedOAuthConfig): TokenStore {
  if (typeof store === 'function') return store()
  throw new Error('config/oauth.ts: the tokens of this store are shared, and nothing shares them')
}
