import { StoreUnavailable, UnreadableRecord } from '#oauth/errors'
import type { StoredState, TokenRecord, TokenStore } from '#oauth/contracts'
import type { Pause } from '#oauth/life/pause'
import type { StoreOutage } from '#oauth/sharing/store_outage'
import { MemoryTokenStore } from '#oauth/stores/memory'

/** No digest: it meets the pause of no credential. */
const PROBE = 'probe'
const PROBE_PAUSE: Pause = { since: 0, until: 0, reason: 'probe', failures: 0 }

async function unavailable(): Promise<never> {
  throw new StoreUnavailable()
}

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
    outage.beforeReturn({ run: () => this.#probe() })
    outage.beforeReturn({
      run: () => this.#catchUp(),
      settled: () => this.#tokens.size === 0 && this.#pauses.size === 0,
    })
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

  /** @throws {StoreUnavailable} since a token that memory does not know would pass for lost */
  states(keys: readonly string[]): Promise<Map<string, StoredState>> {
    return this.#outage.attempt(() => this.#inner.states(keys), unavailable)
  }

  /** @throws {StoreUnavailable} since a list of some of them would pass for all */
  async *keys(): AsyncIterable<string> {
    if (this.#outage.degraded) throw new StoreUnavailable()
    try {
      for await (const key of this.#inner.keys()) {
        yield key
        if (this.#outage.degraded) throw new StoreUnavailable()
      }
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) this.#outage.failed(error)
      throw new StoreUnavailable()
    }
  }

  /** What the store said last is remembered: a pause outlasts an outage. */
  async getPause(credential: string): Promise<Pause | null> {
    return this.#outage.attempt(
      async () => {
        const pause = await this.#inner.getPause(credential)
        if (pause) await this.#here.setPause(credential, pause)
        else await this.#here.removePause(credential)
        return pause
      },
      () => this.#here.getPause(credential)
    )
  }

  async setPause(credential: string, pause: Pause): Promise<void> {
    await this.#here.setPause(credential, pause)
    await this.#outage.attempt(
      () => this.#inner.setPause(credential, pause),
      async () => void this.#pauses.set(credential, pause)
    )
  }

  async removePause(credential: string): Promise<void> {
    await this.#here.removePause(credential)
    await this.#outage.attempt(
      () => this.#inner.removePause(credential),
      async () => void this.#pauses.set(credential, null)
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

  /** What cannot be read makes room: whoever reads it later would take it away too. */
  async #readable(key: string): Promise<TokenRecord | null> {
    try {
      return await this.#inner.get(key)
    } catch (error) {
      if (!(error instanceof UnreadableRecord)) throw error
      await this.#inner.discard(key)
      return null
    }
  }

  /** Reading is not enough: a store that is full or read-only answers too. */
  async #probe(): Promise<void> {
    await this.#outage.inTime(this.#inner.states([PROBE]))
    await this.#outage.inTime(this.#inner.setPause(PROBE, PROBE_PAUSE))
    await this.#outage.inTime(this.#inner.removePause(PROBE))
  }

  async #catchUp(): Promise<void> {
    for (const [key, change] of this.#tokens) {
      await this.#outage.inTime(this.#bring(key, change))
      // What changed once more meanwhile is brought again.
      if (this.#tokens.get(key) !== change) continue
      this.#tokens.delete(key)
      await this.#here.discard(key)
    }
    for (const [credential, pause] of this.#pauses) {
      const telling = pause
        ? this.#inner.setPause(credential, pause)
        : this.#inner.removePause(credential)
      await this.#outage.inTime(telling)
      if (this.#pauses.get(credential) === pause) this.#pauses.delete(credential)
    }
  }

  /** What another process stored since wins, if it was issued later; so does that it was cleared. */
  async #bring(key: string, change: TokenRecord | string): Promise<void> {
    if (typeof change === 'string') {
      await this.#inner.remove(key, change)
      return
    }

    const states = await this.#inner.states([key])
    const state = states.get(key)
    if (state?.removed && state.fingerprint === change.fingerprint) return

    const stored = await this.#readable(key)
    if (stored && stored.issuedAt >= change.issuedAt) return
    await this.#inner.replace(key, change, stored?.fingerprint ?? null)
  }
}
