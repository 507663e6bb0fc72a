import { StoreUnavailable } from '#oauth/errors'
import { GatewayError } from '#shared/gateway_error'
import type { SealedRows } from '#oauth/sealed_rows'
import type { TokenCipher } from '#oauth/token_cipher'

/** Stored tokens or credentials are sealed with keys that this process was not given. */
export class KeysMissing extends GatewayError {
  /** @param counts how many rows need which generation of keys */
  constructor(counts: ReadonlyMap<string, number>) {
    const needs = [...counts].map(([generation, rows]) => `${generation} (${rows})`)
    super(
      `Stored tokens or credentials are sealed with keys that are not configured: ${needs.join(', ')}. ` +
        'Give those keys in TOKEN_ENCRYPTION_KEYS (for "app": set APP_KEY back), run token:rotate-keys, and drop them then; ' +
        'or run token:rotate-keys --discard-unreadable, and tokens are asked for again (credentials have to be stored anew).',
      { code: 'keys_missing', status: 503, retryable: false }
    )
  }
}

/** Whether everything that is sealed can be opened, as far as the names of the keys tell. */
export class CheckKeys {
  readonly #tables: readonly SealedRows[]
  readonly #cipher: TokenCipher

  constructor(tables: readonly SealedRows[], cipher: TokenCipher) {
    this.#tables = tables
    this.#cipher = cipher
  }

  /** @throws {KeysMissing} */
  async run(): Promise<void> {
    const missing = new Map<string, number>()
    for (const rows of this.#tables) await this.#count(rows, missing)
    if (missing.size > 0) throw new KeysMissing(missing)
  }

  /** What cannot be reached is passed over: it is looked at row by row when it is wanted. */
  async #count(rows: SealedRows, missing: Map<string, number>): Promise<void> {
    try {
      for await (const key of rows.keys()) {
        const generation = await rows.generation(key)
        if (generation === null || this.#cipher.knows(generation)) continue
        missing.set(generation, (missing.get(generation) ?? 0) + 1)
      }
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error
    }
  }
}
