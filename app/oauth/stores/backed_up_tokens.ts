import type { BackedUpRows, BroughtBack } from '#oauth/backed_up_rows'
import type { TokenRecord } from '#oauth/contracts'
import { UnreadableRecord } from '#oauth/errors'
import type { EncryptedTokenStore } from '#oauth/stores/encrypted'
import { recordFromText, recordToText } from '#oauth/stores/stored_text'
import type { Clock } from '#shared/clock'

/** Tokens of a store, whichever it is: they may come back to another one. */
export class BackedUpTokens implements BackedUpRows {
  readonly name = 'tokens'
  readonly #store: EncryptedTokenStore
  readonly #clock: Clock

  constructor(store: EncryptedTokenStore, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  keys(): AsyncIterable<string> {
    return this.#store.keys()
  }

  async sealed(key: string): Promise<string | null> {
    const record = await this.#stored(key)
    return record && recordToText(record)
  }

  async restore(key: string, text: string): Promise<BroughtBack> {
    const record = readRecord(text)
    if (!record) return 'unreadable'
    if (record.expiresAt <= this.#clock.now()) return 'ended'

    const stored = await this.#stored(key)
    if (stored && stored.issuedAt >= record.issuedAt) return 'superseded'
    const states = await this.#store.states([key])
    if (states.get(key)?.removed) return 'superseded'

    const outcome = await this.#store.restore(key, record, stored?.fingerprint ?? null)
    return outcome === 'changed' ? 'superseded' : outcome
  }

  async #stored(key: string): Promise<TokenRecord | null> {
    try {
      return await this.#store.sealed(key)
    } catch (error) {
      if (error instanceof UnreadableRecord) return null
      throw error
    }
  }
}

function readRecord(text: string): TokenRecord | null {
  try {
    return recordFromText(text)
  } catch {
    return null
  }
}
