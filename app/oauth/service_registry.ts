import type { OAuthTokenService } from '#oauth/oauth_token_service'

/** Which of a provider's tokens is meant. */
export interface Address {
  provider: string
  tenant: string
  subject: string
}

/** Services by provider, tenant and subject. Finding one costs the same however many there are. */
export class ServiceRegistry {
  readonly #services = new Map<string, Map<string, Map<string, OAuthTokenService>>>()

  find({ provider, tenant, subject }: Address): OAuthTokenService | undefined {
    return this.#services.get(provider)?.get(tenant)?.get(subject)
  }

  add({ provider, tenant, subject }: Address, service: OAuthTokenService): void {
    const tenants = branch(this.#services, provider)
    branch(tenants, tenant).set(subject, service)
  }

  remove({ provider, tenant, subject }: Address): void {
    const tenants = this.#services.get(provider)
    const subjects = tenants?.get(tenant)
    subjects?.delete(subject)
    if (subjects?.size === 0) tenants!.delete(tenant)
  }

  /** All services, or those of one tenant. */
  *entries(of?: Omit<Address, 'subject'>): Iterable<[Address, OAuthTokenService]> {
    for (const [provider, tenants] of this.#services) {
      if (of && provider !== of.provider) continue
      for (const [tenant, subjects] of tenants) {
        if (of && tenant !== of.tenant) continue
        for (const [subject, service] of subjects) yield [{ provider, tenant, subject }, service]
      }
    }
  }
}

function branch<T>(of: Map<string, Map<string, T>>, name: string): Map<string, T> {
  const known = of.get(name)
  if (known) return known

  const made = new Map<string, T>()
  of.set(name, made)
  return made
}
