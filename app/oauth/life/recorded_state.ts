import { SingleFlight } from '#oauth/life/single_flight'
import type { AuditEvent, EventRecorder } from '#shared/event_recorder'

export type Phase = 'started' | 'ended'

/** Says in an event that a state began or ended, and why. */
export type StateEvent<Facts> = (phase: Phase, facts: Facts, reasonCode: string) => AuditEvent

/**
 * A state that is recorded when it begins and when it ends, not for every call in between.
 * Of many who find out at once, one records it.
 */
export class RecordedState<Facts extends object, End extends string = string> {
  readonly #recorder: EventRecorder
  readonly #event: StateEvent<Facts>
  readonly #change = new SingleFlight<void>()
  #facts?: Facts

  constructor(recorder: EventRecorder, event: StateEvent<Facts>) {
    this.#recorder = recorder
    this.#event = event
  }

  get lasts(): boolean {
    return this.#facts !== undefined
  }

  /** @throws {RecordingUnavailable} and then it has not begun */
  async begin(facts: Facts, reasonCode: string): Promise<void> {
    await this.#change.landed()
    if (this.lasts) return
    await this.#change.run(() => this.#begin(facts, reasonCode))
  }

  /** @throws {RecordingUnavailable} and then it has not ended */
  async end(reasonCode: End): Promise<void> {
    await this.#change.landed()
    if (!this.lasts) return
    await this.#change.run(() => this.#end(reasonCode))
  }

  async #begin(facts: Facts, reasonCode: string): Promise<void> {
    await this.#recorder.record(this.#event('started', facts, reasonCode))
    this.#facts = facts
  }

  async #end(reasonCode: End): Promise<void> {
    await this.#recorder.record(this.#event('ended', this.#facts!, reasonCode))
    this.#facts = undefined
  }
}
