import type { Logger } from '@adonisjs/core/logger'
import { UnreadableRecord } from '#oauth/errors'
import { storeEvents } from '#oauth/store_events'
import { CallAllowance } from '#oauth/sharing/call_allowance'
import type { Cancel, Clock } from '#shared/clock'
import { type EventRecorder, RecordingUnavailable, type AuditEvent } from '#shared/event_recorder'
import { failureCode } from '#shared/failure_code'

export interface StoreOutageParts {
  /** How the store is called in events and health reports. */
  store: string

  /** How long the store may take for one answer, in milliseconds. */
  patienceMs: number
  clock: Clock
  recorder: EventRecorder
  logger: Logger
}

/** How often the store is tried again while it is down, in milliseconds. */
const TRY_AGAIN_MS = 1_000

/**
 * Whether what processes share can be reached. While it cannot, each goes on by itself: on
 * what it remembers, and with few token requests. Nobody waits for a store that is down;
 * it is tried in the background, and taken into use again when everything about it works.
 */
export class StoreOutage {
  readonly #parts: StoreOutageParts
  readonly #returns: (() => Promise<void>)[] = []
  readonly #allowance: CallAllowance
  #began?: AuditEvent
  #cancel: Cancel = () => {}
  #background: Promise<void> = Promise.resolve()
  #closed = false

  constructor(parts: StoreOutageParts) {
    this.#parts = parts
    this.#allowance = new CallAllowance(parts.clock)
  }

  get store(): string {
    return this.#parts.store
  }

  get degraded(): boolean {
    return this.#began !== undefined
  }

  /** Must succeed before the store is taken into use again: a try of it, or catching up with it. */
  beforeReturn(step: () => Promise<void>): void {
    this.#returns.push(step)
  }

  /** Counts a token request. @returns 0, or how long nobody may ask, in milliseconds */
  allowCall(): number {
    return this.degraded ? this.#allowance.take() : 0
  }

  /** Does something with the store or, while it is down, here. */
  async attempt<T>(shared: () => Promise<T>, here: () => Promise<T>): Promise<T> {
    if (this.degraded) return here()

    try {
      return await this.#inTime(shared())
    } catch (error) {
      if (error instanceof UnreadableRecord) throw error
      this.failed(error)
      return here()
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#cancel()
    await this.#background
  }

  /** The store did not do what it was asked: it is down from now on. */
  failed(error: unknown): void {
    if (this.degraded || this.#closed) return
    const { store, clock, logger } = this.#parts
    const reason = error instanceof StoreTooSlow ? 'timeout' : failureCode(error)

    this.#began = storeEvents.unavailable(store, reason, clock.now())
    logger.error({ store, code: reason }, 'The token store cannot be used: tokens are kept here')
    this.#inBackground(() => this.#tell(this.#began!))
    this.#tryLater()
  }

  #tryLater(): void {
    if (this.#closed) return
    this.#cancel = this.#parts.clock.after(TRY_AGAIN_MS, () =>
      this.#inBackground(() => this.#tryAgain())
    )
  }

  async #tryAgain(): Promise<void> {
    try {
      for (const step of this.#returns) await this.#inTime(step())
    } catch {
      // Nothing has changed: said when it began.
      return this.#tryLater()
    }

    const { store, clock, logger } = this.#parts
    this.#began = undefined
    logger.info({ store }, 'The token store is used again')
    await this.#tell(storeEvents.restored(store, clock.now()))
  }

  /** An outage of the database can be told only when it is over. */
  async #tell(event: AuditEvent): Promise<void> {
    try {
      await this.#parts.recorder.record(event)
    } catch (error) {
      if (!(error instanceof RecordingUnavailable)) throw error
      if (!this.#closed)
        this.#parts.clock.after(TRY_AGAIN_MS, () => this.#inBackground(() => this.#tell(event)))
    }
  }

  #inBackground(work: () => Promise<void>): void {
    this.#background = Promise.all([this.#background, work()]).then(
      () => {},
      (error) =>
        this.#parts.logger.error({ code: failureCode(error) }, 'An outage was not recorded')
    )
  }

  #inTime<T>(answer: Promise<T>): Promise<T> {
    const { clock, patienceMs } = this.#parts

    return new Promise((resolve, reject) => {
      const cancel = clock.after(patienceMs, () => reject(new StoreTooSlow()))
      answer.then(resolve, reject).finally(cancel)
    })
  }
}

class StoreTooSlow extends Error {}
