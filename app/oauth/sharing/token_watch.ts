import type { Logger } from '@adonisjs/core/logger'
import type { AccessToken } from '#oauth/life/access_token'
import type { ChangeBus, StoredState, TokenStore } from '#oauth/contracts'
import { StoreUnavailable } from '#oauth/errors'
import type { Clock } from '#shared/clock'
import { failureCode } from '#shared/failure_code'
import { Repeating } from '#shared/repeating'

/** A token in this process that another one may renew or clear. */
export interface Follower {
  readonly key: string
  readonly held: AccessToken | undefined
  follow(state: StoredState | undefined, before: AccessToken | undefined): Promise<void>
}

export interface TokenWatchParts {
  store: TokenStore
  bus?: ChangeBus
  clock: Clock
  logger: Logger
}

/** Within this time every process knows what another one did, in milliseconds. */
const LOOK_EVERY_MS = 5_000

/**
 * Looks at the store for what other processes did: all tokens at once every few seconds,
 * and one token at once where it is announced.
 */
export class TokenWatch {
  readonly #parts: TokenWatchParts
  readonly #followers = new Map<string, Follower>()
  readonly #looking: Repeating

  constructor(parts: TokenWatchParts) {
    this.#parts = parts
    this.#looking = new Repeating('Looking at the token store', () => this.look(), {
      clock: parts.clock,
      logger: parts.logger,
      intervalMs: LOOK_EVERY_MS,
    })
  }

  add(follower: Follower): void {
    this.#followers.set(follower.key, follower)
  }

  remove(key: string): void {
    this.#followers.delete(key)
  }

  async start(): Promise<void> {
    this.#looking.start()
    await this.#parts.bus?.listen((key) => this.#lookAt(key))
  }

  async stop(): Promise<void> {
    await this.#looking.stop()
    await this.#parts.bus?.close()
  }

  async look(keys: readonly string[] = [...this.#followers.keys()]): Promise<void> {
    if (keys.length === 0) return
    const before = new Map(keys.map((key) => [key, this.#followers.get(key)?.held]))
    const states = await this.#states(keys)
    if (!states) return

    for (const key of keys) await this.#follow(key, states.get(key), before.get(key))
  }

  /** One that cannot follow keeps nobody else from it. */
  async #follow(key: string, state?: StoredState, before?: AccessToken): Promise<void> {
    try {
      await this.#followers.get(key)?.follow(state, before)
    } catch (error) {
      this.#parts.logger.warn({ code: failureCode(error) }, 'A token could not be followed')
    }
  }

  /** @returns nothing while the store is down: that nothing is known means nothing then */
  async #states(keys: readonly string[]): Promise<Map<string, StoredState> | undefined> {
    try {
      return await this.#parts.store.states(keys)
    } catch (error) {
      if (error instanceof StoreUnavailable) return undefined
      throw error
    }
  }

  #lookAt(key: string): void {
    if (!this.#followers.has(key)) return
    this.look([key]).catch((error) =>
      this.#parts.logger.warn({ code: failureCode(error) }, 'A token could not be looked at')
    )
  }
}
