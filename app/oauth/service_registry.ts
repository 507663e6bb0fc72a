import type { OAuthTokenService } from '#oauth/oauth_token_service'

/** Which of a provider's tokens is meant. */
export interface Address {
  provider: string
  tenant: string
  subject: string
}

/** The subject of a tenant's own service. */
const ITSELF = ''

interface Services {
  /** Of tenants themselves: found in one step. */
  own: Map<string, OAuthTokenService>

  /** Of the subjects of each tenant. */
  subjects: Map<string, Map<string, OAuthTokenService>>
}

/** Services by provider, tenant and subject. Finding one costs the same however many there are. */
export class ServiceRegistry {
  readonly #providers = new Map<string, Services>()

  /** Allocates nothing: this is on the way of every call. */
  find(provider: string, tenant: string, subject: string): OAuthTokenService | undefined {
    const services = this.#providers.get(provider)
    if (subject === ITSELF) return services?.own.get(tenant)
    return services?.subjects.get(tenant)?.get(subject)
  }

  add({ provider, tenant, subject }: Address, service: OAuthTokenService): void {
    const services = this.#providers.get(provider) ?? { own: new Map(), subjects: new Map() }
    this.#providers.set(provider, services)
    if (subject === ITSELF) {
      services.own.set(tenant, service)
      return
    }

    const subjects = services.subjects.get(tenant) ?? new Map()
    services.subjects.set(tenant, subjects.set(subject, service))
  }

  /** @returns whether its tenant has no other */
  remove({ provider, tenant, subject }: Address): boolean {
    const services = this.#providers.get(provider)
    const subjects = services?.subjects.get(tenant)
    if (subject === ITSELF) services?.own.delete(tenant)
    else if (subjects?.delete(subject) && subjects.size === 0) services!.subjects.delete(tenant)

    return !services?.own.has(tenant) && !services?.subjects.has(tenant)
  }

  *all(): Iterable<[Address, OAuthTokenService]> {
    for (const [provider, { own, subjects }] of this.#providers) {
      for (const tenant of new Set([...own.keys(), ...subjects.keys()])) {
        yield* this.ofTenant(provider, tenant)
      }
    }
  }

  *ofTenant(provider: string, tenant: string): Iterable<[Address, OAuthTokenService]> {
    const services = this.#providers.get(provider)
    const own = services?.own.get(tenant)
    if (own) yield [{ provider, tenant, subject: ITSELF }, own]
    for (const [subject, service] of services?.subjects.get(tenant) ?? []) {
      yield [{ provider, tenant, subject }, service]
    }
  }
}
