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

/** Something that has to be so before the store is taken into use again. */
export interface ReturnStep {
  /** A try of the store, or catching up with it. */
  run: () => Promise<void>

  /** Whether nothing has come up since. Asked last, when nothing else can happen any more. */
  settled?: () => boolean
}

/** How soon the store is tried again while it is down, in milliseconds: later, where outages come one after the other. */
const TRY_AGAIN_MS = { first: 1_000, longest: 60_000 }

/** In how many slices the time is counted that the store may take. */
const SLICES = 10

/** An outage that begins so soon after another one is the same trouble, in milliseconds. */
const SAME_TROUBLE_MS = 60_000

/**
 * Whether what processes share can be reached. While it cannot, each goes on by itself: on
 * what it remembers, and with few token requests. Nobody waits for a store that is down;
 * it is tried in the background, and taken into use again when everything about it works.
 */
export class StoreOutage {
  readonly #parts: StoreOutageParts
  readonly #steps: ReturnStep[] = []
  readonly #allowance: CallAllowance
  #began?: AuditEvent
  #endedAt = -Infinity
  #tryAgainMs = TRY_AGAIN_MS.first
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

  /** In the order in which they are given. */
  beforeReturn(step: ReturnStep): void {
    this.#steps.push(step)
  }

  /** Counts a token request. @returns 0, or how long nobody may ask, in milliseconds */
  allowCall(): number {
    return this.degraded ? this.#allowance.take() : 0
  }

  /** Does something with the store or, while it is down, here. */
  async attempt<T>(shared: () => Promise<T>, here: () => Promise<T>): Promise<T> {
    if (this.degraded) return here()

    try {
      return await this.inTime(shared())
    } catch (error) {
      if (error instanceof UnreadableRecord || isOurs(error)) throw error
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
    const sameTrouble = clock.monotonic() - this.#endedAt < SAME_TROUBLE_MS
    this.#tryAgainMs = sameTrouble
      ? Math.min(2 * this.#tryAgainMs, TRY_AGAIN_MS.longest)
      : TRY_AGAIN_MS.first

    logger.error({ store, code: reason }, 'The token store cannot be used: tokens are kept here')
    this.#inBackground(() => this.#tell(this.#began!))
    this.#tryLater()
  }

  #tryLater(): void {
    if (this.#closed) return
    this.#cancel = this.#parts.clock.after(this.#tryAgainMs, () =>
      this.#inBackground(() => this.#tryAgain())
    )
  }

  async #tryAgain(): Promise<void> {
    const { store, clock, logger } = this.#parts
    try {
      for (const { run } of this.#steps) await run()
      if (!this.#steps.every(({ settled }) => settled?.() ?? true)) return this.#tryLater()
    } catch (error) {
      logger.debug({ store, code: failureCode(error) }, 'The token store cannot be used yet')
      return this.#tryLater()
    }

    this.#began = undefined
    this.#endedAt = clock.monotonic()
    logger.info({ store }, 'The token store is used again')
    await this.#tell(storeEvents.restored(store, clock.now()))
  }

  /** An outage of the database can be told only when it is over. */
  async #tell(event: AuditEvent): Promise<void> {
    try {
      await this.#parts.recorder.record(event)
    } catch (error) {
      if (!(error instanceof RecordingUnavailable)) throw error
      if (this.#closed) return
      this.#parts.clock.after(TRY_AGAIN_MS.first, () => this.#inBackground(() => this.#tell(event)))
    }
  }

  #inBackground(work: () => Promise<void>): void {
    this.#background = Promise.all([this.#background, work()]).then(
      () => {},
      (error) =>
        this.#parts.logger.error({ code: failureCode(error) }, 'An outage was not recorded')
    )
  }

  /**
   * Counted in slices: a process that was busy, or stood still, for longer than one of them
   * could not have read an answer meanwhile, and blames nobody for it.
   *
   * @throws when the store takes too long for it
   */
  inTime<T>(answer: Promise<T>): Promise<T> {
    const { clock, patienceMs } = this.#parts

    return new Promise((resolve, reject) => {
      let cancel: Cancel = () => {}
      const wait = (slices: number) => {
        // What has arrived is read before this says that nothing has.
        if (slices === 0) setImmediate(() => reject(new StoreTooSlow()))
        else cancel = clock.after(patienceMs / SLICES, () => wait(slices - 1))
      }

      wait(SLICES)
      answer.then(resolve, reject).finally(() => cancel())
    })
  }
}

class StoreTooSlow extends Error {}

/** A mistake in the code says nothing about the store. */
function isOurs(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError
}
