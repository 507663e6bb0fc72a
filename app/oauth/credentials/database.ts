import type { CredentialSource } from '#oauth/contracts'
import type { ClientCredentials, ClientSecret } from '#oauth/credentials/kinds'
import { UnknownTenant } from '#oauth/errors'
import type { TenantCredentialStore } from '#oauth/stores/tenant_credentials'

export interface DatabaseCredentialsParts {
  /** Whose credentials they are, as config/oauth.ts calls it. */
  provider: string
  store: TenantCredentialStore

  /** For whoever is no tenant. Absent: there is no such client. */
  own?: CredentialSource
}

/** Credentials of tenants in the database. */
export class DatabaseCredentials implements CredentialSource {
  readonly identity: string
  readonly provider: string
  readonly #store: TenantCredentialStore
  readonly #own?: CredentialSource

  constructor({ provider, store, own }: DatabaseCredentialsParts) {
    this.identity = own?.identity ?? 'database'
    this.provider = provider
    this.#store = store
    this.#own = own
  }

  /**
   * @throws {UnknownTenant}
   * @throws {CredentialsUnreadable} when the row is damaged, or its key is gone
   */
  async find(tenant?: string): Promise<ClientCredentials> {
    const found =
      tenant === undefined ? await this.#own?.find() : await this.#store.find(this.provider, tenant)
    if (!found) throw new UnknownTenant()
    return found
  }

  /** Names of the tenants, in their order. */
  tenants(): Promise<string[]> {
    return this.#store.tenants(this.provider)
  }

  /**
   * A secret that is replaced goes on working until the provider has taken the new one.
   *
   * @throws {CredentialsUnreadable} when the ones before cannot be read, and so not be kept
   */
  async put(tenant: string, { clientId, clientSecret }: ClientSecret): Promise<void> {
    const before = await this.#store.find(this.provider, tenant)
    const replaced = before?.clientId === clientId ? before.clientSecret.release() : undefined

    await this.#store.put(this.provider, tenant, {
      client_id: clientId,
      client_secret: clientSecret.release(),
      ...(replaced ? { other_client_secret: replaced } : {}),
    })
  }

  /** @returns whether there were any */
  remove(tenant: string): Promise<boolean> {
    return this.#store.remove(this.provider, tenant)
  }
}
