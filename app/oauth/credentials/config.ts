import type { ClientCredentials, CredentialSource } from '#oauth/contracts'
import { UnknownTenant } from '#oauth/errors'
import { identityOf } from '#oauth/credentials/identity'

/** Credentials that stand in the configuration and change with a restart only. */
export class ConfigCredentials implements CredentialSource {
  readonly #credentials: ClientCredentials
  readonly #tenants: Readonly<Record<string, ClientCredentials>>

  /** @param tenants the credentials of tenants, by name */
  constructor(
    credentials: ClientCredentials,
    tenants: Readonly<Record<string, ClientCredentials>> = {}
  ) {
    this.#credentials = credentials
    this.#tenants = tenants
  }

  get identity(): string {
    return identityOf(this.#credentials)
  }

  async find(tenant?: string): Promise<ClientCredentials> {
    if (tenant === undefined) return this.#credentials
    if (!Object.hasOwn(this.#tenants, tenant)) throw new UnknownTenant()
    return this.#tenants[tenant]
  }
}
