import { type Secret } from '@adonisjs/core/helpers'
import type { TokenRecord } from '#oauth/contracts'
import { usableUntil } from '#oauth/life/token_lifetime'
import type { Clock } from '#shared/clock'

/**
 * - `fresh`: served, nothing to do.
 * - `due`: still served, to be renewed behind the traffic.
 * - `absent`: not served any more.
 */
export type TokenState = 'fresh' | 'due' | 'absent'

/** How much of a token's whole life can be asked for: more would be refused a moment after it was issued. */
const LARGEST_SHARE = 0.9

/**
 * An access token in this process. Its text leaves it only as the value of an
 * Authorization header (RFC 6750 §2.1), and that as a secret.
 *
 * It is past an instant if either clock says so: the wall clock sees what a suspended
 * machine slept through, the monotonic clock what a clock that was set back would hide.
 */
export class AccessToken {
  readonly record: Readonly<TokenRecord>
  readonly authorization: Secret<string>
  readonly usableUntil: number
  readonly #refreshAt: number
  readonly #refreshAtMonotonic: number
  readonly #usableUntilMonotonic: number
  readonly #issuedAtMonotonic: number

  /**
   * @param issuedAtMonotonic the monotonic instant that corresponds to `record.issuedAt`
   */
  constructor(record: TokenRecord, issuedAtMonotonic: number) {
    this.record = record
    this.authorization = record.accessToken.map((token) => `Bearer ${token}`)
    this.usableUntil = usableUntil(record.issuedAt, record.expiresAt)
    this.#issuedAtMonotonic = issuedAtMonotonic
    this.#refreshAt = record.refreshAt
    this.#refreshAtMonotonic = issuedAtMonotonic + (record.refreshAt - record.issuedAt)
    this.#usableUntilMonotonic = issuedAtMonotonic + (this.usableUntil - record.issuedAt)
  }

  /** A token that another process obtained: its age is known by the wall clock only. */
  static adopt(record: TokenRecord, clock: Clock): AccessToken {
    // A clock that is ahead of ours there gives it no longer life here.
    const age = Math.max(0, clock.now() - record.issuedAt)
    return new AccessToken(record, clock.monotonic() - age)
  }

  get fingerprint(): string {
    return this.record.fingerprint
  }

  isFresh(now: number, monotonic: number): boolean {
    return monotonic < this.#refreshAtMonotonic && now < this.#refreshAt
  }

  isUsable(now: number, monotonic: number): boolean {
    return monotonic < this.#usableUntilMonotonic && now < this.usableUntil
  }

  state(clock: Clock): TokenState {
    const now = clock.now()
    const monotonic = clock.monotonic()
    if (!this.isUsable(now, monotonic)) return 'absent'
    return this.isFresh(now, monotonic) ? 'fresh' : 'due'
  }

  /** Milliseconds for which the token may still be sent. */
  remaining(clock: Clock): number {
    const byWallClock = this.usableUntil - clock.now()
    const byMonotonic = this.#usableUntilMonotonic - clock.monotonic()
    return Math.max(0, Math.min(byWallClock, byMonotonic))
  }

  /** Whether it may still be sent for this long, in milliseconds. More than {@link LARGEST_SHARE} of its life counts as that. */
  lastsFor(minValidity: number, clock: Clock): boolean {
    const life = this.record.expiresAt - this.record.issuedAt
    return this.remaining(clock) >= Math.min(minValidity, life * LARGEST_SHARE)
  }

  /** Milliseconds until the token becomes due. */
  untilDue(clock: Clock): number {
    const byWallClock = this.record.refreshAt - clock.now()
    const byMonotonic = this.#refreshAtMonotonic - clock.monotonic()
    return Math.max(0, Math.min(byWallClock, byMonotonic))
  }

  /** How far the wall clock has jumped since the token was issued, in milliseconds. */
  clockDrift(clock: Clock): number {
    return clock.now() - this.record.issuedAt - (clock.monotonic() - this.#issuedAtMonotonic)
  }
}
