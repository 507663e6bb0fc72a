import type { CredentialSource } from '#oauth/contracts'
import type { ClientCredentials, ClientSecret } from '#oauth/credentials/kinds'
import {
  isClientSecret,
  writeTenantCredentials,
  type TenantCredentials,
} from '#oauth/credentials/tenant_credentials'
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
   * A client secret that is replaced goes on working until the provider has taken the new one,
   * unless another one is named in its place.
   *
   * @throws {CredentialsUnreadable} when the ones before cannot be read, and so not be kept
   */
  async put(tenant: string, credentials: TenantCredentials): Promise<void> {
    const before = await this.#store.find(this.provider, tenant)
    const document = writeTenantCredentials({ ...credentials, ...replacedBy(credentials, before) })
    await this.#store.put(this.provider, tenant, document)
  }

  /** @returns whether there were any */
  remove(tenant: string): Promise<boolean> {
    return this.#store.remove(this.provider, tenant)
  }
}

function replacedBy(
  credentials: TenantCredentials,
  before: TenantCredentials | undefined
): Partial<ClientSecret> {
  if (!isClientSecret(credentials) || !before || !isClientSecret(before)) return {}
  if (credentials.otherClientSecret || credentials.clientId !== before.clientId) return {}

  const again = credentials.clientSecret.release() === before.clientSecret.release()
  const otherClientSecret = again ? before.otherClientSecret : before.clientSecret
  return otherClientSecret ? { otherClientSecret } : {}
}
