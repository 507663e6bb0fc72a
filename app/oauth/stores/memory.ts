import type { StoredState, TokenRecord, TokenStore } from '#oauth/contracts'
import type { Pause } from '#oauth/life/pause'

/** Keeps tokens for as long as the process lives. Another process knows nothing of them. */
export class MemoryTokenStore implements TokenStore {
  readonly name: string = 'memory'
  readonly #tokens = new Map<string, TokenRecord>()
  readonly #removed = new Map<string, string>()
  readonly #pauses = new Map<string, Pause>()

  async get(key: string): Promise<TokenRecord | null> {
    return this.#tokens.get(key) ?? null
  }

  async replace(key: string, record: TokenRecord, expected: string | null): Promise<boolean> {
    if (!this.#holds(key, expected)) return false
    this.#tokens.set(key, record)
    return true
  }

  async remove(key: string, expected: string): Promise<boolean> {
    if (!this.#tokens.has(key)) this.#removed.set(key, expected)
    if (!this.#holds(key, expected)) return false
    this.#removed.set(key, expected)
    return this.#tokens.delete(key)
  }

  async discard(key: string): Promise<void> {
    this.#tokens.delete(key)
    this.#removed.delete(key)
  }

  async states(keys: readonly string[]): Promise<Map<string, StoredState>> {
    const states = new Map<string, StoredState>()
    for (const key of keys) {
      const held = this.#tokens.get(key)?.fingerprint
      const fingerprint = held ?? this.#removed.get(key)
      if (fingerprint) states.set(key, { fingerprint, removed: held === undefined })
    }
    return states
  }

  async *keys(): AsyncIterable<string> {
    yield* this.#tokens.keys()
  }

  async getPause(credential: string): Promise<Pause | null> {
    return this.#pauses.get(credential) ?? null
  }

  async setPause(credential: string, pause: Pause): Promise<void> {
    this.#pauses.set(credential, pause)
  }

  async removePause(credential: string): Promise<void> {
    this.#pauses.delete(credential)
  }

  #holds(key: string, fingerprint: string | null): boolean {
    return (this.#tokens.get(key)?.fingerprint ?? null) === fingerprint
  }
}
