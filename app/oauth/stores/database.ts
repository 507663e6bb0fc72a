import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import type { StoredState, TokenRecord, TokenStore } from '#oauth/contracts'
import type { Pause } from '#oauth/life/pause'
import { pauseFromText, pauseToText, recordFromText, recordToText } from '#oauth/stores/stored_text'

const TOKENS = 'oauth_tokens'
const PAUSES = 'oauth_pauses'

/** How many keys one statement asks for: SQLite takes few bindings. */
const KEYS_AT_ONCE = 500

/**
 * Tokens in the database of the application. Each change is one statement, so that no
 * transaction is needed to be the only one that wins. A removed token leaves its row with
 * the fingerprint: one row for each key that was ever used.
 */
export class DatabaseTokenStore implements TokenStore {
  readonly name = 'database'
  readonly #connect: () => QueryClientContract

  constructor(connect: () => QueryClientContract) {
    this.#connect = connect
  }

  async get(key: string): Promise<TokenRecord | null> {
    const row = await this.#connect().from(TOKENS).where('key', key).select('record').first()
    return row?.record ? recordFromText(row.record) : null
  }

  async replace(key: string, record: TokenRecord, expected: string | null): Promise<boolean> {
    const values = { fingerprint: record.fingerprint, record: recordToText(record) }
    return expected === null ? this.#insert(key, values) : this.#update(key, expected, values)
  }

  async remove(key: string, expected: string): Promise<boolean> {
    if (await this.#update(key, expected, { record: null })) return true

    const trace = { key, fingerprint: expected, record: null }
    await this.#connect().knexQuery().table(TOKENS).insert(trace).onConflict('key').ignore()
    return false
  }

  async discard(key: string): Promise<void> {
    await this.#connect().from(TOKENS).where('key', key).delete()
  }

  async states(keys: readonly string[]): Promise<Map<string, StoredState>> {
    const states = new Map<string, StoredState>()
    for (let start = 0; start < keys.length; start += KEYS_AT_ONCE) {
      const rows = await this.#connect()
        .from(TOKENS)
        .whereIn('key', keys.slice(start, start + KEYS_AT_ONCE))
        .select('key', 'fingerprint')
        .select(this.#connect().raw('record IS NULL AS removed'))
      for (const { key, fingerprint, removed } of rows) {
        states.set(key, { fingerprint, removed: Boolean(removed) })
      }
    }
    return states
  }

  async *keys(): AsyncIterable<string> {
    for (let last = ''; ;) {
      const rows = await this.#connect()
        .from(TOKENS)
        .where('key', '>', last)
        .whereNotNull('record')
        .orderBy('key')
        .limit(KEYS_AT_ONCE)
        .select('key')
      for (const { key } of rows) yield key
      if (rows.length < KEYS_AT_ONCE) return
      last = rows.at(-1)!.key
    }
  }

  async getPause(credential: string): Promise<Pause | null> {
    const row = await this.#connect().from(PAUSES).where('credential', credential).first()
    return row ? pauseFromText(row.pause) : null
  }

  async setPause(credential: string, pause: Pause): Promise<void> {
    const row = { credential, pause: pauseToText(pause) }
    await this.#connect().knexQuery().table(PAUSES).insert(row).onConflict('credential').merge()
  }

  async removePause(credential: string): Promise<void> {
    await this.#connect().from(PAUSES).where('credential', credential).delete()
  }

  async #insert(key: string, values: Record<string, string>): Promise<boolean> {
    const inserted = await this.#connect()
      .knexQuery()
      .table(TOKENS)
      .insert({ key, ...values })
      .onConflict('key')
      .merge()
      .whereNull(`${TOKENS}.record`)
      .returning('key')
    return inserted.length > 0
  }

  async #update(
    key: string,
    expected: string,
    values: Record<string, string | null>
  ): Promise<boolean> {
    const updated = await this.#connect()
      .from(TOKENS)
      .where({ key, fingerprint: expected })
      .whereNotNull('record')
      .update(values)
    return Number(updated) > 0
  }
}
