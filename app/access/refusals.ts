import type { Logger } from '@adonisjs/core/logger'
import type { Cancel, Clock } from '#shared/clock'
import type { AuditEvent, EventRecorder } from '#shared/event_recorder'
import { countOf, eventOf, type Refusal } from '#access/denied_event'
import { failureCode } from '#shared/failure_code'

/** Refusals of one kind that are counted together. */
interface Window {
  first: Refusal
  openedAt: number
  waiting: number
  cancel: Cancel
}

/** How long refusals of one kind are counted before the count is recorded, in milliseconds. */
const WINDOW_MS = 60_000

const MAX_WINDOWS = 1_000

const OVERFLOW = 'overflow'

/**
 * Records refused callers without letting them fill the trail: the first of a kind (who,
 * ability, reason) at once, the rest of a minute as one count. Beyond 1,000 kinds all
 * others are one kind. Never throws: a refusal stays a refusal when it cannot be recorded.
 */
export class Refusals {
  readonly #windows = new Map<string, Window>()
  readonly #recorder: EventRecorder
  readonly #clock: Clock
  readonly #logger: Logger

  constructor(needs: { recorder: EventRecorder; clock: Clock; logger: Logger }) {
    this.#recorder = needs.recorder
    this.#clock = needs.clock
    this.#logger = needs.logger
  }

  /** Resolves once the refusal is recorded or counted. */
  async note(refusal: Refusal): Promise<void> {
    const kind = this.#kindOf(refusal)
    const window = this.#windows.get(kind)
    if (window) {
      window.waiting += 1
      return
    }

    const now = this.#clock.now()
    this.#open(kind, { first: refusal, openedAt: now, waiting: 0 })

    const recorded = await this.#record(eventOf(refusal, now), 1)
    if (!recorded) this.#countLater(kind, { first: refusal, openedAt: now, waiting: 1 })
  }

  /** Records every open count now: the process is about to end. */
  async flush(): Promise<void> {
    await Promise.all([...this.#windows.keys()].map((kind) => this.#close(kind)))
  }

  #kindOf({ actor, ability, reason }: Refusal): string {
    const { type, id, issuer, subject } = actor
    return this.#fitting(JSON.stringify([type, id, issuer, subject, ability, reason]))
  }

  /** The kind itself while there is room for its window. */
  #fitting(kind: string): string {
    return this.#windows.size < MAX_WINDOWS || this.#windows.has(kind) ? kind : OVERFLOW
  }

  #open(kind: string, window: Omit<Window, 'cancel'>): void {
    const cancel = this.#clock.after(WINDOW_MS, () => void this.#close(kind))
    this.#windows.set(kind, { ...window, cancel })
  }

  async #close(kind: string): Promise<void> {
    const window = this.#windows.get(kind)
    if (!window) return

    window.cancel()
    this.#windows.delete(kind)
    if (window.waiting === 0) return

    const event = this.#countOf(kind, window)
    const recorded = await this.#record(event, window.waiting)
    if (!recorded) this.#countLater(kind, window)
  }

  #countOf(kind: string, { first, openedAt, waiting }: Window): AuditEvent {
    const count = {
      first: kind === OVERFLOW ? undefined : first,
      since: openedAt,
      refusals: waiting,
    }
    return countOf(count, this.#clock.now())
  }

  /** What could not be recorded goes into the next count of its kind. */
  #countLater(kind: string, { waiting, ...window }: Omit<Window, 'cancel'>): void {
    const next = this.#fitting(kind)
    const open = this.#windows.get(next)

    if (open) open.waiting += waiting
    else this.#open(next, { ...window, waiting })
  }

  async #record(event: AuditEvent, refusals: number): Promise<boolean> {
    try {
      await this.#recorder.record(event)
      return true
    } catch (error) {
      const facts = { code: failureCode(error), refusals, reason: event.reasonCode }
      this.#logger.error(facts, 'Refused callers could not be recorded')
      return false
    }
  }
}
