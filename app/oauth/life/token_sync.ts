import type { AccessToken } from '#oauth/life/access_token'
import type { StoredState } from '#oauth/contracts'
import type { PauseControl } from '#oauth/life/credential_pause'
import type { HeldToken } from '#oauth/life/held_token'
import type { SharedToken } from '#oauth/life/shared_token'
import type { Follower } from '#oauth/sharing/token_watch'
import type { TokenRenewal } from '#oauth/life/token_renewal'

export interface TokenSyncParts {
  /** Names the token in the store. */
  key: string
  held: HeldToken
  shared: SharedToken
  renewal: TokenRenewal
  pause: PauseControl
}

/** Keeps the token that this process holds in step with the one that the store holds. */
export class TokenSync implements Follower {
  readonly #parts: TokenSyncParts

  constructor(parts: TokenSyncParts) {
    this.#parts = parts
  }

  get key(): string {
    return this.#parts.key
  }

  get held(): AccessToken | undefined {
    return this.#parts.held.current
  }

  /**
   * @param state what the store knew of the key
   * @param before the token that was held here when the store was asked
   */
  async follow(state: StoredState | undefined, before: AccessToken | undefined): Promise<void> {
    const { held, pause, renewal } = this.#parts
    await pause.recheck()

    // What was read may be older than what was brought meanwhile.
    if (held.current !== before || renewal.busy) return
    if (!state) return this.#putBack(before)
    if (state.removed) return this.#forget()
    if (state.fingerprint !== before?.fingerprint) await this.adopt()
  }

  /** Takes the token of the store, if it is another one than the one in hand: the store knows the order. */
  async adopt(): Promise<void> {
    const { held, shared, renewal } = this.#parts
    const known = held.current
    const refused = [held.forgotten, known?.fingerprint]
    const token = shared.adopt(await shared.read(), { refused })
    if (token && held.current === known) await renewal.bring(token)
  }

  /** The store has lost what nobody removed. */
  async #putBack(before: AccessToken | undefined): Promise<void> {
    if (before && this.#parts.held.usable === before) await this.#parts.shared.keep(before, null)
  }

  async #forget(): Promise<void> {
    if (!this.#parts.held.forget()) return
    this.#parts.renewal.rest()
    await this.#parts.renewal.cleared()
  }
}
