import { digestOf } from '#oauth/grants/assertion'
import { IdleEviction } from '#oauth/idle_eviction'
import type { OAuthTokenService } from '#oauth/oauth_token_service'
import type { TokenOwner } from '#oauth/provider_config'
import type { ServiceFactory } from '#oauth/service_factory'
import { ServiceRegistry, type Address } from '#oauth/service_registry'
import type { TokenWatch } from '#oauth/sharing/token_watch'
import type { Clock } from '#shared/clock'
import { RecentlyUsed } from '#shared/recently_used'

export interface ServicesInUseParts {
  factory: ServiceFactory

  /** Told which tokens are held here. */
  watch?: TokenWatch
  clock: Clock

  /** After how long without use a tenant's or subject's token is let go of, in milliseconds. */
  idleMs: number

  /** Told of failures that nobody waits for. */
  report: (error: unknown) => void
}

/** Tokens of persons are many and live for one visit: services beyond this number are let go. */
const MOST_VISITS = 1_000

/** Stands for nobody in particular: the provider's own credentials, the client itself. */
const NOBODY = ''

/** No name of a subject begins like this. */
const VISITOR = '\0'

/** One service for each token that is in use here: made when it is wanted, let go of when nobody wants it. */
export class ServicesInUse {
  readonly #parts: ServicesInUseParts
  readonly #services = new ServiceRegistry()
  readonly #visits = new RecentlyUsed<Address>(MOST_VISITS)
  readonly #eviction: IdleEviction

  constructor(parts: ServicesInUseParts) {
    this.#parts = parts
    this.#eviction = new IdleEviction(parts.clock, () => this.#evict())
  }

  /** Begins to let go of what nobody uses. */
  start(): void {
    this.#eviction.start()
  }

  /** @throws {UnknownProvider} */
  of(provider: string, owner: TokenOwner): OAuthTokenService {
    const { tenant = NOBODY, subject = NOBODY } = owner
    if (owner.assertion) return this.#visit(provider, owner)
    return (
      this.#services.find(provider, tenant, subject) ??
      this.#add({ provider, tenant, subject }, owner)
    )
  }

  has(provider: string, tenant: string): boolean {
    return this.#services.find(provider, tenant, NOBODY) !== undefined
  }

  all(): Iterable<[Address, OAuthTokenService]> {
    return this.#services.all()
  }

  ofTenant(provider: string, tenant: string): Iterable<[Address, OAuthTokenService]> {
    return this.#services.ofTenant(provider, tenant)
  }

  /** Stops all; resolves when no token request is in the air any more. */
  async close(): Promise<void> {
    this.#eviction.stop()
    await Promise.all([...this.all()].map(([, service]) => service.close()))
  }

  /** Somebody who is acted for because of what they brought: each assertion has a service of its own. */
  #visit(provider: string, owner: TokenOwner): OAuthTokenService {
    const { tenant = NOBODY, subject = NOBODY, assertion } = owner
    const visitor = `${VISITOR}${JSON.stringify([subject, digestOf(assertion)])}`
    const address = { provider, tenant, subject: visitor }

    const oldest = this.#visits.use(JSON.stringify(address), address)
    if (oldest) this.#letGo(oldest)
    return this.#services.find(provider, tenant, visitor) ?? this.#add(address, owner)
  }

  #add(address: Address, owner: TokenOwner): OAuthTokenService {
    const { factory, watch } = this.#parts
    const service = factory.build(address.provider, owner)
    this.#services.add(address, service)
    watch?.add(service.sync)
    return service
  }

  /** What the provider is used for by itself stays: it is looked at by health checks. */
  #evict(): void {
    for (const [address, service] of [...this.all()]) {
      const { tenant, subject } = address
      if (tenant === NOBODY && subject === NOBODY) continue
      if (service.idleFor(this.#parts.idleMs)) this.#letGo(address)
    }
  }

  /** Of visitors nothing is left: each of their assertions would stay in the store for good. */
  async #end(service: OAuthTokenService, subject: string): Promise<void> {
    await service.close()
    if (subject.startsWith(VISITOR)) await service.leaveNothing()
  }

  /** Whoever holds it may use it to its end. */
  #letGo(address: Address): void {
    const { factory, watch, report } = this.#parts
    const { provider, tenant, subject } = address
    const service = this.#services.find(provider, tenant, subject)
    if (!service) return

    watch?.remove(service.sync.key)
    this.#end(service, subject).catch(report)
    const last = this.#services.remove(address)
    if (last) factory.forget(provider, tenant || undefined)
  }
}
