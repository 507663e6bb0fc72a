import { StoreUnavailable } from '#oauth/errors'
import { GatewayError } from '#shared/gateway_error'
import type { EncryptedTokenStore } from '#oauth/stores/encrypted'

/** Stored tokens are sealed with keys that this process was not given. */
export class KeysMissing extends GatewayError {
  /** @param counts how many rows need which generation of keys */
  constructor(counts: ReadonlyMap<string, number>) {
    const needs = [...counts].map(([generation, rows]) => `${generation} (${rows})`)
    super(
      `Stored tokens are sealed with keys that are not configured: ${needs.join(', ')}. ` +
        'Give those keys in TOKEN_ENCRYPTION_KEYS (for "app": set APP_KEY back), run token:rotate-keys, and drop them then; ' +
        'or run token:rotate-keys --discard-unreadable, and the tokens are asked for again.',
      { code: 'keys_missing', status: 503, retryable: false }
    )
  }
}

/** Whether every stored token can be opened, as far as the names of their keys tell. */
export class CheckKeys {
  readonly #store: EncryptedTokenStore

  constructor(store: EncryptedTokenStore) {
    this.#store = store
  }

  /**
   * A store that cannot be reached is passed over: what it holds is looked at row by row later.
   *
   * @throws {KeysMissing}
   */
  async run(): Promise<void> {
    try {
      await this.#check()
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error
    }
  }

  async #check(): Promise<void> {
    const missing = new Map<string, number>()
    for await (const key of this.#store.keys()) {
      const generation = await this.#store.generation(key)
      if (generation === null || this.#store.opens(generation)) continue
      missing.set(generation, (missing.get(generation) ?? 0) + 1)
    }
    if (missing.size > 0) throw new KeysMissing(missing)
  }
}
