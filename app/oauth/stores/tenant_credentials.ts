import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import type { BackedUpRows, BroughtBack } from '#oauth/backed_up_rows'
import {
  readTenantCredentials,
  type TenantCredentials,
  type TenantCredentialsDocument,
} from '#oauth/credentials/tenant_credentials'
import { CredentialsUnreadable } from '#oauth/errors'
import type { Resealed, SealedRows } from '#oauth/sealed_rows'
import { reachable } from '#oauth/stores/reachable'
import { generationOf, type TokenCipher } from '#oauth/token_cipher'
import type { Clock } from '#shared/clock'

const TABLE = 'oauth_tenant_credentials'

export interface TenantCredentialStoreParts {
  connect: () => QueryClientContract
  cipher: TokenCipher
  clock: Clock
}

/** The names of provider and tenant, as JSON: what a row is bound to. */
type Key = string

/** Credentials of the tenants of all providers, each sealed for its row. */
export class TenantCredentialStore implements SealedRows, BackedUpRows {
  readonly name = 'credentials of tenants'
  readonly #parts: TenantCredentialStoreParts

  constructor(parts: TenantCredentialStoreParts) {
    this.#parts = parts
  }

  /**
   * @returns undefined when there are none
   * @throws {CredentialsUnreadable} when the row is damaged, or its key is gone
   */
  async find(provider: string, tenant: string): Promise<TenantCredentials | undefined> {
    const sealed = await this.sealed(keyOf(provider, tenant))
    if (sealed === null) return undefined

    const credentials = this.#open(keyOf(provider, tenant), sealed)
    if (!credentials) throw new CredentialsUnreadable()
    return credentials
  }

  /** Names of the tenants of one provider, in their order. */
  async tenants(provider: string): Promise<string[]> {
    const rows = await this.#rows().where({ provider }).orderBy('tenant').select('tenant')
    return rows.map(({ tenant }) => tenant)
  }

  async put(provider: string, tenant: string, document: TenantCredentialsDocument): Promise<void> {
    const key = keyOf(provider, tenant)
    const sealed = this.#parts.cipher.seal(JSON.stringify(document), purposeOf(key))
    await this.#insert(key, sealed).merge()
  }

  /** @returns whether there were any */
  async remove(provider: string, tenant: string): Promise<boolean> {
    return Number(await this.#rows().where({ provider, tenant }).delete()) > 0
  }

  async *keys(): AsyncIterable<Key> {
    for (const { provider, tenant } of await this.#all()) yield keyOf(provider, tenant)
  }

  async generation(key: Key): Promise<string | null> {
    const sealed = await this.sealed(key)
    return sealed && generationOf(sealed)
  }

  async reseal(key: Key): Promise<Resealed> {
    const { cipher } = this.#parts
    const sealed = await this.sealed(key)
    if (sealed === null) return 'gone'
    if (generationOf(sealed) === cipher.newest) return 'current'

    const text = cipher.open(sealed, purposeOf(key))
    if (text === null) return 'unreadable'
    const values = { sealed: cipher.seal(text, purposeOf(key)) }
    const updated = await this.#row(key).where({ sealed }).update(values)
    return Number(updated) > 0 ? 'resealed' : 'changed'
  }

  async sealed(key: Key): Promise<string | null> {
    const row = await this.#row(key).select('sealed').first()
    return row?.sealed ?? null
  }

  async restore(key: Key, sealed: string): Promise<BroughtBack> {
    if (!this.#open(key, sealed)) return 'unreadable'
    const inserted = await this.#insert(key, sealed).ignore().returning('tenant')
    return inserted.length > 0 ? 'restored' : 'superseded'
  }

  #open(key: Key, sealed: string): TenantCredentials | undefined {
    const text = this.#parts.cipher.open(sealed, purposeOf(key))
    return text === null ? undefined : readTenantCredentials(JSON.parse(text))
  }

  #rows() {
    return this.#parts.connect().from(TABLE)
  }

  #row(key: Key) {
    const [provider, tenant] = JSON.parse(key) as [string, string]
    return this.#rows().where({ provider, tenant })
  }

  #insert(key: Key, sealed: string) {
    const [provider, tenant] = JSON.parse(key) as [string, string]
    const { connect, clock } = this.#parts
    const row = { provider, tenant, sealed, updated_at: new Date(clock.now()).toISOString() }
    return connect().knexQuery().table(TABLE).insert(row).onConflict(['provider', 'tenant'])
  }

  #all(): Promise<{ provider: string; tenant: string }[]> {
    return reachable(this.#rows().select('provider', 'tenant'))
  }
}

function keyOf(provider: string, tenant: string): Key {
  return JSON.stringify([provider, tenant])
}

function purposeOf(key: Key): string {
  return `credentials${key}`
}
