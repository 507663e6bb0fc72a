import type { Lease } from '#oauth/contracts'
import type { NewRefreshToken, RefreshTokens, SignedIn } from '#oauth/sign_in/contracts'
import type { Cancel, Clock } from '#shared/clock'

/** A refresh token that came for one that is spent. */
export interface Rotated {
  token: NewRefreshToken

  /** The number of the one that it replaces. */
  instead: number

  /** The turn in which it was had: nobody else spends anything until it is stored, or the turn ends. */
  turn: Lease
}

/** How often it is tried to store what the database could not take, in milliseconds. */
const AGAIN_MS = 1_000

/**
 * Stores the refresh tokens that replace spent ones. What the database cannot take is the only
 * copy: it is kept in memory, tried again, and stored before anything else is spent.
 */
export class RefreshTokenRotation {
  readonly #who: SignedIn
  readonly #refreshTokens: RefreshTokens
  readonly #clock: Clock
  #unsaved?: Rotated
  #cancel: Cancel = () => {}

  constructor(who: SignedIn, parts: { refreshTokens: RefreshTokens; clock: Clock }) {
    this.#who = who
    this.#refreshTokens = parts.refreshTokens
    this.#clock = parts.clock
  }

  /** Whether a turn must not be given back yet. */
  needs(turn: Lease): boolean {
    return this.#unsaved?.turn === turn
  }

  /**
   * @returns false when somebody has signed in anew since
   * @throws {StoreUnavailable} when it could not be stored yet
   */
  async save(rotated: Rotated): Promise<boolean> {
    const { token, instead } = rotated
    this.#unsaved = rotated
    try {
      const saved = await this.#refreshTokens.rotate(this.#who, token, instead)
      this.#unsaved = undefined
      return saved
    } catch (error) {
      this.#tryLater()
      throw error
    }
  }

  /**
   * Stores what could not be stored before, if there is such a thing.
   *
   * @throws {StoreUnavailable}
   */
  async catchUp(): Promise<void> {
    const unsaved = this.#unsaved
    if (!unsaved) return
    this.#cancel()
    await this.save(unsaved)
    await unsaved.turn.release()
  }

  /** The last chance: what cannot be stored now is lost. */
  async close(): Promise<void> {
    this.#cancel()
    await this.catchUp().catch(() => {})
    this.#cancel()
  }

  /** Whoever wants a token meanwhile hears why there is none. */
  #tryLater(): void {
    this.#cancel()
    this.#cancel = this.#clock.after(AGAIN_MS, () => this.catchUp().catch(() => {}))
  }
}
