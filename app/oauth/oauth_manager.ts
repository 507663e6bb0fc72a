import type { Secret } from '@adonisjs/core/helpers'
import type { CredentialSource, TokenStore } from '#oauth/contracts'
import type { ResolvedOAuthConfig } from '#oauth/define_config'
import type { Cause } from '#oauth/events'
import { IdleEviction } from '#oauth/idle_eviction'
import type { OAuthTokenService } from '#oauth/oauth_token_service'
import { digestOf } from '#oauth/grants/assertion'
import type { TokenOwner } from '#oauth/provider_config'
import { RequestHeaders } from '#oauth/request_headers'
import { RecentlyUsed } from '#shared/recently_used'
import { ServiceFactory, type ServiceFactoryParts } from '#oauth/service_factory'
import { ServiceRegistry, type Address } from '#oauth/service_registry'
import { type TokenSharing, unshared } from '#oauth/sharing/token_sharing'
import { TenantSwitch } from '#oauth/tenant_switch'

export type { TokenOwner }

export interface OAuthManagerParts extends Omit<ServiceFactoryParts, 'sharing'> {
  /** Where tokens meet those of other processes. Absent: they are this process's own. */
  sharing?: TokenSharing
}

/** Tokens of persons are many and live for one visit: services beyond this number are let go. */
const MOST_VISITS = 1_000

/** Where tokens are kept, as health reports show it. */
export interface StoreState {
  name: string

  /** The store cannot be used at the moment: tokens are kept in memory. */
  degraded: boolean
}

/** Stands for nobody in particular: the provider's own credentials, the client itself. */
const NOBODY = ''
const NO_OWNER: TokenOwner = Object.freeze({})

/** Hands out the one token service of each provider, tenant and subject. */
export class OAuthManager {
  /** Where tokens meet those of other processes. */
  readonly sharing: TokenSharing
  readonly #config: ResolvedOAuthConfig
  readonly #report: (error: unknown) => void
  readonly #factory: ServiceFactory
  readonly #services = new ServiceRegistry()
  readonly #visits = new RecentlyUsed<Address>(MOST_VISITS)
  readonly #eviction: IdleEviction
  readonly #switch: TenantSwitch
  readonly #headers: RequestHeaders

  constructor(parts: OAuthManagerParts) {
    const { config, clock, recorder, report } = parts
    this.#report = report
    this.sharing = parts.sharing ?? unshared(ownStore(config))
    this.#config = config
    this.#headers = new RequestHeaders(parts)
    this.#factory = new ServiceFactory({ ...parts, sharing: this.sharing })
    this.#eviction = new IdleEviction(clock, () => this.#evict(config.idleMs))

    const credential = (provider: string, tenant: string) =>
      this.#factory.credential(provider, tenant).pause
    this.#switch = new TenantSwitch({
      credential,
      services: this.#services,
      store: this.sharing.store,
      recorder,
    })
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
    this.#eviction.start()
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
    const { tenant = NOBODY, subject = NOBODY } = owner
    if (owner.assertion) return this.#visit(name, owner)
    return (
      this.#services.find(name, tenant, subject) ??
      this.#add({ provider: name, tenant, subject }, owner)
    )
  }

  /**
   * The same, of a tenant whose name came from outside.
   *
   * @throws {UnknownProvider}
   * @throws {UnknownTenant} when it has no credentials, and then nothing is kept of it
   */
  async find(name: string | undefined, tenant: string | undefined): Promise<OAuthTokenService> {
    if (tenant !== undefined) await this.credentialsOf(name).find(tenant)
    return this.use(name, { tenant })
  }

  /**
   * Where the credentials of a provider come from.
   *
   * @throws {UnknownProvider}
   */
  credentialsOf(name: string = this.#config.default): CredentialSource {
    return this.#factory.credentialsOf(name)
  }

  /** All services that are in use here, of tenants and their subjects too. */
  *services(): Iterable<{ provider: string; tenant?: string; service: OAuthTokenService }> {
    for (const [{ provider, tenant }, service] of this.#services.all()) {
      yield { provider, tenant: tenant || undefined, service }
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
  async headersFor(
    provider: string = this.#config.default,
    { owner, cause }: { owner?: TokenOwner; cause?: Cause } = {}
  ): Promise<Record<string, Secret<string>>> {
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
    this.#eviction.stop()
    await this.sharing.watch?.stop()
    const services = [...this.#services.all()].map(([, service]) => service)
    await Promise.all(services.map((service) => service.close()))
    await this.sharing.store.close?.()
  }

  /** Somebody who is acted for because of what they brought: each assertion has a service of its own. */
  #visit(provider: string, owner: TokenOwner): OAuthTokenService {
    const { tenant = NOBODY, subject = NOBODY, assertion } = owner
    // No name of a subject begins like this.
    const visitor = `\0${JSON.stringify([subject, digestOf(assertion)])}`
    const address = { provider, tenant, subject: visitor }

    const oldest = this.#visits.use(JSON.stringify(address), address)
    if (oldest) this.#letGo(oldest)
    return this.#services.find(provider, tenant, visitor) ?? this.#add(address, owner)
  }

  #add(address: Address, owner: TokenOwner): OAuthTokenService {
    const service = this.#factory.build(address.provider, owner)
    this.#services.add(address, service)
    this.sharing.watch?.add(service.sync)
    return service
  }

  /** What the provider is used for by itself stays: it is looked at by health checks. */
  #evict(idleMs: number): void {
    for (const [address, service] of [...this.#services.all()]) {
      const { tenant, subject } = address
      if ((tenant === NOBODY && subject === NOBODY) || !service.idleFor(idleMs)) continue

      this.#letGo(address)
    }
  }

  /** Whoever holds it may use it to its end. */
  #letGo(address: Address): void {
    const { provider, tenant, subject } = address
    const service = this.#services.find(provider, tenant, subject)
    if (!service) return

    this.sharing.watch?.remove(service.sync.key)
    service.close().catch(this.#report)
    const last = this.#services.remove(address)
    if (last) this.#factory.forget(provider, tenant || undefined)
  }
}

function ownStore({ store }: ResolvedOAuthConfig): TokenStore {
  if (typeof store === 'function') return store()
  throw new Error('config/oauth.ts: the tokens of this store are shared, and nothing shares them')
}
