import { Secret } from '@adonisjs/core/helpers'
import type { StoredState, TokenRecord, TokenStore } from '#oauth/contracts'
import { UnreadableRecord } from '#oauth/errors'
import type { Pause } from '#oauth/life/pause'
import type { Resealed, SealedRows } from '#oauth/sealed_rows'
import { generationOf, type TokenCipher } from '#oauth/token_cipher'

export interface EncryptionParts {
  cipher: TokenCipher

  /** Told of every row that cannot be read, before it is taken away. */
  unreadable: (key: string, reason: UnreadableRecord['reason']) => Promise<void>
}

/**
 * Lets tokens reach a store encrypted only, each bound to the key of its row. A row that
 * cannot be read is told of and taken away: its token is asked for again.
 */
export class EncryptedTokenStore implements TokenStore, SealedRows {
  readonly #inner: TokenStore
  readonly #parts: EncryptionParts

  /** Keys of rows that other processes sealed with a key that is not known here: told of once. */
  readonly #passedOver = new Set<string>()

  constructor(inner: TokenStore, parts: EncryptionParts) {
    this.#inner = inner
    this.#parts = parts
  }

  get name(): string {
    return this.#inner.name
  }

  async get(key: string): Promise<TokenRecord | null> {
    try {
      const record = await this.#inner.get(key)
      return record && this.#open(key, record)
    } catch (error) {
      if (!(error instanceof UnreadableRecord)) throw error
      if (error.reason === 'unknown_key') return this.#passOver(key)
      await this.#parts.unreadable(key, error.reason)
      return this.#discardUnreadable(key)
    }
  }

  /** Another process may have put a good one in its place meanwhile. */
  async #discardUnreadable(key: string): Promise<TokenRecord | null> {
    try {
      const record = await this.#inner.get(key)
      return record && this.#open(key, record)
    } catch (error) {
      if (!(error instanceof UnreadableRecord)) throw error
      await this.#inner.discard(key)
      return null
    }
  }

  /** Other processes have that key and go on with the row. */
  async #passOver(key: string): Promise<null> {
    if (this.#passedOver.has(key)) return null
    this.#passedOver.add(key)
    await this.#parts.unreadable(key, 'unknown_key')
    return null
  }

  replace(key: string, record: TokenRecord, expected: string | null): Promise<boolean> {
    return this.#inner.replace(key, this.#seal(key, record), expected)
  }

  remove(key: string, expected: string): Promise<boolean> {
    return this.#inner.remove(key, expected)
  }

  discard(key: string): Promise<void> {
    return this.#inner.discard(key)
  }

  states(keys: readonly string[]): Promise<Map<string, StoredState>> {
    return this.#inner.states(keys)
  }

  keys(): AsyncIterable<string> {
    return this.#inner.keys()
  }

  getPause(credential: string): Promise<Pause | null> {
    return this.#inner.getPause(credential)
  }

  setPause(credential: string, pause: Pause): Promise<void> {
    return this.#inner.setPause(credential, pause)
  }

  removePause(credential: string): Promise<void> {
    return this.#inner.removePause(credential)
  }

  async close(): Promise<void> {
    await this.#inner.close?.()
  }

  async generation(key: string): Promise<string | null> {
    try {
      const record = await this.#inner.get(key)
      return record && generationOf(record.accessToken.release())
    } catch (error) {
      if (error instanceof UnreadableRecord) return null
      throw error
    }
  }

  async reseal(key: string): Promise<Resealed> {
    try {
      const sealed = await this.#inner.get(key)
      if (!sealed) return 'gone'
      if (generationOf(sealed.accessToken.release()) === this.#parts.cipher.newest) return 'current'

      const record = this.#open(key, sealed)
      const done = await this.#inner.replace(key, this.#seal(key, record), record.fingerprint)
      return done ? 'resealed' : 'changed'
    } catch (error) {
      if (error instanceof UnreadableRecord) return 'unreadable'
      throw error
    }
  }

  /**
   * A row as it stands at rest, its token sealed.
   *
   * @throws {UnreadableRecord}
   */
  sealed(key: string): Promise<TokenRecord | null> {
    return this.#inner.get(key)
  }

  /** Brings a row back that {@link sealed} gave, if its token opens. */
  async restore(
    key: string,
    sealed: TokenRecord,
    expected: string | null
  ): Promise<'restored' | 'unreadable' | 'changed'> {
    if (this.#parts.cipher.open(sealed.accessToken.release(), purposeOf(key, sealed)) === null)
      return 'unreadable'
    return (await this.#inner.replace(key, sealed, expected)) ? 'restored' : 'changed'
  }

  #seal(key: string, record: TokenRecord): TokenRecord {
    const purpose = purposeOf(key, record)
    const accessToken = record.accessToken.map((text) => this.#parts.cipher.seal(text, purpose))
    return { ...record, accessToken }
  }

  #open(key: string, record: TokenRecord): TokenRecord {
    const sealed = record.accessToken.release()
    if (!this.#parts.cipher.knows(generationOf(sealed))) throw new UnreadableRecord('unknown_key')

    const text = this.#parts.cipher.open(sealed, purposeOf(key, record))
    if (text === null) throw new UnreadableRecord('undecipherable')
    this.#passedOver.delete(key)
    return { ...record, accessToken: new Secret(text) }
  }
}

/** Binds a sealed token to its row and to everything that is said of it there. */
function purposeOf(key: string, record: TokenRecord): string {
  const { fingerprint, issuedAt, refreshAt, expiresAt, provider } = record
  const { scope = null, tenant = null } = record
  return JSON.stringify([key, fingerprint, issuedAt, refreshAt, expiresAt, provider, tenant, scope])
}
