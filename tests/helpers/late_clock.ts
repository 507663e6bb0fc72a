import { ManualClock } from '#tests/helpers/manual_clock'

/**
 * A clock in a process that is held up: time passes on both clocks, and no alarm rings.
 * They ring late, when time is moved on by {@link ManualClock.advance} again.
 */
export class LateClock extends ManualClock {
  #heldUp = 0

  override now(): number {
    return super.now() + this.#heldUp
  }

  override monotonic(): number {
    return super.monotonic() + this.#heldUp
  }

  holdUp(ms: number): void {
    this.#heldUp += ms
  }
}
