import type { Cancel, Clock } from '#shared/clock'

interface Alarm {
  at: number
  ring: () => void
}

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  #monotonic = 0
  #wall: number
  readonly #alarms = new Set<Alarm>()

  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#wall = start
  }

  now(): number {
    return this.#wall
  }

  monotonic(): number {
    return this.#monotonic
  }

  after(delayMs: number, callback: () => void): Cancel {
    const alarm = { at: this.#monotonic + Math.max(0, delayMs), ring: callback }
    this.#alarms.add(alarm)
    return () => this.#alarms.delete(alarm)
  }

  /** How many callbacks are still to come. */
  get pending(): number {
    return this.#alarms.size
  }

  /** Moves time on, lets due callbacks run in order, and what they started settle. */
  async advance(ms: number): Promise<void> {
    const until = this.#monotonic + ms

    for (let alarm = this.#next(until); alarm; alarm = this.#next(until)) {
      this.#moveTo(Math.max(alarm.at, this.#monotonic))
      this.#alarms.delete(alarm)
      alarm.ring()
      await settle()
    }
    this.#moveTo(until)
    await settle()
  }

  /** The wall clock is set; no time passes. Also what a suspended machine wakes up to. */
  jump(ms: number): void {
    this.#wall += ms
  }

  #next(until: number): Alarm | undefined {
    const due = [...this.#alarms].filter((alarm) => alarm.at <= until)
    return due.sort((a, b) => a.at - b.at)[0]
  }

  #moveTo(monotonic: number): void {
    this.#wall += monotonic - this.#monotonic
    this.#monotonic = monotonic
  }
}

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
