import { StoreUnavailable } from '#oauth/errors'
import type { StoredState, TokenRecord, TokenStore } from '#oauth/contracts'
import type { Pause } from '#oauth/pause'
import type { StoreOutage } from '#oauth/sharing/store_outage'
import { MemoryTokenStore } from '#oauth/stores/memory'

/** No digest: it meets the pause of no credential. */
const PROBE = 'probe'
const PROBE_PAUSE: Pause = { since: 0, until: 0, reason: 'probe', failures: 0 }

/**
 * A store that may be down. Meanwhile memory takes its place, and what changed there is
 * brought to it when it is back.
 */
export class DegradableTokenStore implements TokenStore {
  readonly #inner: TokenStore
  readonly #outage: StoreOutage
  readonly #here = new MemoryTokenStore()

  /** What changed while the store was down: the new token, or the fingerprint of a removed one. */
  readonly #tokens = new Map<string, TokenRecord | string>()
  readonly #pauses = new Map<string, Pause | null>()

  constructor(inner: TokenStore, outage: StoreOutage) {
    this.#inner = inner
    this.#outage = outage
    outage.beforeReturn(() => this.#probe())
    outage.beforeReturn(() => this.#catchUp())
  }

  get name(): string {
    return this.#inner.name
  }

  get(key: string): Promise<TokenRecord | null> {
    return this.#either((store) => store.get(key))
  }

  async replace(key: string, record: TokenRecord, expected: string | null): Promise<boolean> {
    return this.#outage.attempt(
      () => this.#inner.replace(key, record, expected),
      async () => {
        this.#tokens.set(key, record)
        await this.#here.discard(key)
        return this.#here.replace(key, record, null)
      }
    )
  }

  async remove(key: string, expected: string): Promise<boolean> {
    return this.#outage.attempt(
      () => this.#inner.remove(key, expected),
      () => {
        this.#tokens.set(key, expected)
        return this.#here.remove(key, expected)
      }
    )
  }

  discard(key: string): Promise<void> {
    return this.#either((store) => store.discard(key))
  }

  states(keys: readonly string[]): Promise<Map<string, StoredState>> {
    return this.#either((store) => store.states(keys))
  }

  /** @throws {StoreUnavailable} since a list of some of them would pass for all */
  async *keys(): AsyncIterable<string> {
    if (this.#outage.degraded) throw new StoreUnavailable()
    try {
      yield* this.#inner.keys()
    } catch (error) {
      this.#outage.failed(error)
      throw new StoreUnavailable()
    }
  }

  getPause(credential: string): Promise<Pause | null> {
    return this.#either((store) => store.getPause(credential))
  }

  setPause(credential: string, pause: Pause): Promise<void> {
    return this.#outage.attempt(
      () => this.#inner.setPause(credential, pause),
      () => {
        this.#pauses.set(credential, pause)
        return this.#here.setPause(credential, pause)
      }
    )
  }

  removePause(credential: string): Promise<void> {
    return this.#outage.attempt(
      () => this.#inner.removePause(credential),
      () => {
        this.#pauses.set(credential, null)
        return this.#here.removePause(credential)
      }
    )
  }

  async close(): Promise<void> {
    await this.#outage.close()
    await this.#inner.close?.()
  }

  #either<T>(ask: (store: TokenStore) => Promise<T>): Promise<T> {
    return this.#outage.attempt(
      () => ask(this.#inner),
      () => ask(this.#here)
    )
  }

  /** Reading is not enough: a store that is full or read-only answers too. */
  async #probe(): Promise<void> {
    await this.#inner.setPause(PROBE, PROBE_PAUSE)
    await this.#inner.removePause(PROBE)
  }

  async #catchUp(): Promise<void> {
    for (const [key, change] of this.#tokens) {
      await this.#bring(key, change)
      this.#tokens.delete(key)
      await this.#here.discard(key)
    }
    for (const [credential, pause] of this.#pauses) {
      if (pause) await this.#inner.setPause(credential, pause)
      else await this.#inner.removePause(credential)
      this.#pauses.delete(credential)
      await this.#here.removePause(credential)
    }
  }

  /** What another process stored since wins, if it was issued later. */
  async #bring(key: string, change: TokenRecord | string): Promise<void> {
    if (typeof change === 'string') {
      await this.#inner.remove(key, change)
      return
    }

    const stored = await this.#inner.get(key)
    if (stored && stored.issuedAt >= change.issuedAt) return
    await this.#inner.replace(key, change, stored?.fingerprint ?? null)
  }
}
