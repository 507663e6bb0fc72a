import { ClockImplausible } from '#audit/retention/errors'
import type { PurgeStore } from '#audit/stores/purge_store'
import type { Clock } from '#shared/clock'

/** When the trail had come so far that this event was the next. */
interface Moment {
  seq: number
  at: number
}

/** A gateway that runs records a verification every day; one day more for what delays it. */
const LONGEST_SILENCE_MS = 2 * 24 * 60 * 60 * 1_000

/**
 * Whether the trail has seen the time pass that the clock tells. A clock that jumped ahead
 * leaves a silence in it, however much was recorded since, that no gateway would leave.
 */
export class TimeCheck {
  readonly #store: PurgeStore
  readonly #clock: Clock

  constructor(store: PurgeStore, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  /**
   * @param first the first event that there is
   * @param since ISO 8601: what was before has been looked at
   * @throws {ClockImplausible}
   */
  async mustExplainNow(first: number, since?: string): Promise<void> {
    const floor = since === undefined ? -Infinity : Date.parse(since)
    const begin = { seq: first, at: await this.#recordedAt(first, floor) }
    const now = { seq: (await this.#store.headSeq()) + 1, at: this.#clock.now() }

    const silence = await this.#silence(begin, now, floor)
    if (silence) throw new ClockImplausible(silence.seq)
  }

  /** Halves what lies between two moments for as long as it is long enough to hide a silence. */
  async #silence(from: Moment, to: Moment, floor: number): Promise<Moment | undefined> {
    if (to.at - from.at <= LONGEST_SILENCE_MS) return undefined
    if (to.seq - from.seq <= 1) return from

    const seq = Math.floor((from.seq + to.seq) / 2)
    const middle = { seq, at: await this.#recordedAt(seq, floor) }
    return (await this.#silence(from, middle, floor)) ?? this.#silence(middle, to, floor)
  }

  async #recordedAt(seq: number, floor: number): Promise<number> {
    const [row] = await this.#store.rows({ after: seq - 1, upTo: seq })
    return row ? Math.max(Date.parse(row.recorded_at!), floor) : floor
  }
}
