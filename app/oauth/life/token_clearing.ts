import type { TokenRecord } from '#oauth/contracts'
import { tokenEvents, type Cause } from '#oauth/events'
import type { HeldToken } from '#oauth/life/held_token'
import type { SharedToken } from '#oauth/life/shared_token'
import type { TokenRejection } from '#oauth/life/token_rejection'
import type { TokenRenewal } from '#oauth/life/token_renewal'
import type { TokenRevocation } from '#oauth/life/token_revocation'
import type { EventRecorder } from '#shared/event_recorder'

export interface TokenClearingParts {
  provider: string
  held: HeldToken
  shared: SharedToken
  renewal: TokenRenewal
  rejection: TokenRejection
  recorder: EventRecorder

  /** Absent where the provider cannot be told. */
  revocation?: TokenRevocation
}

/** What follows when somebody clears a token. */
export class TokenClearing {
  readonly #parts: TokenClearingParts

  constructor(parts: TokenClearingParts) {
    this.#parts = parts
  }

  /** Forgets the token, and then has the provider revoke it. */
  async run(cause: Cause): Promise<void> {
    const { revocation } = this.#parts
    const forgotten = await this.forget(cause)
    const tell = ({ accessToken }: TokenRecord) =>
      revocation?.revoke(accessToken, 'access_token', cause)
    await Promise.all(forgotten.map(tell))
  }

  /**
   * Forgets the token, here and for all other processes, and tells nobody else.
   *
   * @returns what was forgotten: the token that was held here, and the one that the store had
   */
  async forget(cause: Cause): Promise<TokenRecord[]> {
    const { recorder, provider, held, shared, renewal, rejection } = this.#parts
    const stored = await shared.read()
    const token = held.current?.record ?? stored ?? undefined
    await recorder.record(tokenEvents.cleared(provider, { token, reasonCode: 'requested', cause }))

    const ours = await rejection.forget()
    if (stored) await shared.remove(stored.fingerprint)
    await renewal.cleared()
    return distinct([ours?.record, stored])
  }
}

function distinct(records: readonly (TokenRecord | null | undefined)[]): TokenRecord[] {
  const known = records.filter((record) => record !== null && record !== undefined)
  return [...new Map(known.map((record) => [record.fingerprint, record])).values()]
}
