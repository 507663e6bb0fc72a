import { AccessToken } from '#oauth/life/access_token'
import type { TokenRecord, TokenStore } from '#oauth/contracts'
import type { Clock } from '#shared/clock'

export interface SharedTokenParts {
  /** Under which the store keeps the token. */
  key: string
  store: TokenStore
  clock: Clock
}

/** What a stored token must be to be taken instead of asking for a new one. */
export interface Adoptable {
  /** The token in hand: only a later one is of use. */
  known?: AccessToken

  /** Fingerprints of tokens that must not be used again, should the store still hold them. */
  refused: readonly (string | undefined)[]

  /** The life that it must have left, in milliseconds; at most nine tenths of its whole life count. */
  minValidity?: number
}

/** The token of one key, as all processes see it that share a store. */
export class SharedToken {
  readonly #parts: SharedTokenParts

  constructor(parts: SharedTokenParts) {
    this.#parts = parts
  }

  read(): Promise<TokenRecord | null> {
    return this.#parts.store.get(this.#parts.key)
  }

  /**
   * The stored token, if it serves. In place of a token that is renewed before its end only
   * a fresh one does: another one that is due would not be renewed either.
   */
  adopt(record: TokenRecord | null, wanted: Adoptable): AccessToken | null {
    const { clock } = this.#parts
    const { known, refused, minValidity = 0 } = wanted
    if (!record || refused.includes(record.fingerprint)) return null
    if (known && !isLater(record, known.record)) return null

    const token = AccessToken.adopt(record, clock)
    const state = token.state(clock)
    if (state === 'absent' || (known && state === 'due')) return null
    return token.lastsFor(minValidity, clock) ? token : null
  }

  /**
   * Stores a token that was just issued, unless another process has stored one since. That
   * one is the later one, whatever the clocks of both say: it was stored in the knowledge
   * of what this process saw.
   *
   * @param seen what the store held when the token was asked for
   * @returns the later one, if there is one that can be used
   */
  async keep(token: AccessToken, seen: TokenRecord | null): Promise<AccessToken | null> {
    const { store, key } = this.#parts
    if (await store.replace(key, token.record, seen?.fingerprint ?? null)) return null

    const winner = await store.get(key)
    const later = this.adopt(winner, { refused: [token.fingerprint] })
    if (!later) await store.replace(key, token.record, winner?.fingerprint ?? null)
    return later
  }

  /** Takes it out of the store without a trace: nobody will ask for it again. */
  async discard(): Promise<void> {
    await this.#parts.store.discard(this.#parts.key)
  }

  async remove(fingerprint: string): Promise<void> {
    await this.#parts.store.remove(this.#parts.key, fingerprint)
  }
}

export function isLater(record: TokenRecord, than: TokenRecord): boolean {
  return record.fingerprint !== than.fingerprint && record.issuedAt > than.issuedAt
}
