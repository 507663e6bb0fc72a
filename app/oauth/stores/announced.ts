import type { ChangeBus, StoredState, TokenRecord, TokenStore } from '#oauth/contracts'
import type { Pause } from '#oauth/life/pause'

/**
 * A store whose changes of tokens are announced to the other processes. Pauses are not: who
 * wants to ask for a token looks at them first.
 */
export class AnnouncedTokenStore implements TokenStore {
  readonly #inner: TokenStore
  readonly #bus: ChangeBus

  constructor(inner: TokenStore, bus: ChangeBus) {
    this.#inner = inner
    this.#bus = bus
  }

  get name(): string {
    return this.#inner.name
  }

  get(key: string): Promise<TokenRecord | null> {
    return this.#inner.get(key)
  }

  async replace(key: string, record: TokenRecord, expected: string | null): Promise<boolean> {
    return this.#announce(key, await this.#inner.replace(key, record, expected))
  }

  async remove(key: string, expected: string): Promise<boolean> {
    return this.#announce(key, await this.#inner.remove(key, expected))
  }

  /** Whoever holds the token that stood there puts it back. */
  async discard(key: string): Promise<void> {
    await this.#inner.discard(key)
    this.#announce(key, true)
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

  /** Nobody waits for the news to arrive. */
  #announce(key: string, changed: boolean): boolean {
    if (changed) void this.#bus.announce(key)
    return changed
  }
}
