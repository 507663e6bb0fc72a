import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import type { CredentialSource } from '#oauth/contracts'
import type { ClientCredentials, ClientSecret } from '#oauth/credentials/kinds'
import {
  readTenantCredentials,
  type TenantCredentialsDocument,
} from '#oauth/credentials/tenant_credentials'
import { CredentialsUnreadable, UnknownTenant } from '#oauth/errors'
import type { TokenCipher } from '#oauth/token_cipher'

const TABLE = 'oauth_tenant_credentials'

export interface DatabaseCredentialsParts {
  /** Whose credentials they are, as config/oauth.ts calls it. */
  provider: string
  connect: () => QueryClientContract
  cipher: TokenCipher

  /** For whoever is no tenant. Absent: there is no such client. */
  own?: CredentialSource
}

/** Credentials of tenants in a table, each sealed for its row. */
export class DatabaseCredentials implements CredentialSource {
  readonly identity: string
  readonly #parts: DatabaseCredentialsParts

  constructor(parts: DatabaseCredentialsParts) {
    this.#parts = parts
    this.identity = parts.own?.identity ?? 'database'
  }

  /**
   * @throws {UnknownTenant}
   * @throws {CredentialsUnreadable} when the row is damaged, or its key is gone
   */
  async find(tenant?: string): Promise<ClientCredentials> {
    const { provider, connect, cipher, own } = this.#parts
    if (tenant === undefined) return this.#own(own)

    const row = await connect().from(TABLE).where({ provider, tenant }).select('sealed').first()
    if (!row) throw new UnknownTenant()

    const text = cipher.open(row.sealed, this.#purpose(tenant))
    const credentials = text === null ? undefined : readTenantCredentials(JSON.parse(text))
    if (!credentials) throw new CredentialsUnreadable()
    return credentials
  }

  /** A secret that is replaced goes on working until the provider has taken the new one. */
  async put(tenant: string, { clientId, clientSecret }: ClientSecret): Promise<void> {
    const { provider, connect, cipher } = this.#parts
    const before = await this.find(tenant).catch(() => undefined)
    const document: TenantCredentialsDocument = {
      client_id: clientId,
      client_secret: clientSecret.release(),
      ...replaced(before, clientId),
    }

    const sealed = cipher.seal(JSON.stringify(document), this.#purpose(tenant))
    await connect()
      .knexQuery()
      .table(TABLE)
      .insert({ provider, tenant, sealed, updated_at: new Date().toISOString() })
      .onConflict(['provider', 'tenant'])
      .merge()
  }

  /** @returns whether there were any */
  async remove(tenant: string): Promise<boolean> {
    const { provider, connect } = this.#parts
    const removed = await connect().from(TABLE).where({ provider, tenant }).delete()
    return Number(removed) > 0
  }

  async #own(own: CredentialSource | undefined): Promise<ClientCredentials> {
    if (!own) throw new UnknownTenant()
    return own.find()
  }

  #purpose(tenant: string): string {
    return JSON.stringify(['credentials', this.#parts.provider, tenant])
  }
}

function replaced(before: ClientCredentials | undefined, clientId: string) {
  if (!before || !('clientSecret' in before) || before.clientId !== clientId) return {}
  return { other_client_secret: before.clientSecret.release() }
}
