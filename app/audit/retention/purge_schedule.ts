import type { Logger } from '@adonisjs/core/logger'
import { OutageLog } from '#shared/outage_log'
import type { Purge } from '#audit/retention/purge'
import type { Cancel, Clock } from '#shared/clock'

export interface PurgeScheduleOptions {
  purge: Purge
  clock: Clock
  logger: Logger

  /** Time to the first purge, in milliseconds: a process that lives for minutes makes none. */
  firstAfterMs: number

  /** Time between two purges, in milliseconds. */
  intervalMs: number
}

/** Applies the retention rule again and again, in the background. */
export class PurgeSchedule {
  readonly #options: PurgeScheduleOptions
  readonly #outage: OutageLog
  readonly #stop = new AbortController()
  #running: Promise<void> = Promise.resolve()
  #cancel: Cancel = () => {}

  constructor(options: PurgeScheduleOptions) {
    this.#options = options
    this.#outage = new OutageLog(options.logger, 'Purging audit events')
  }

  start(): void {
    this.#planNext(this.#options.firstAfterMs)
  }

  /** Ends a purge that is under way between two batches; the next one goes on from there. */
  async stop(): Promise<void> {
    this.#stop.abort()
    this.#cancel()
    await this.#running
  }

  #planNext(delayMs: number): void {
    if (this.#stop.signal.aborted) return
    this.#cancel = this.#options.clock.after(delayMs, () => {
      this.#running = this.#purge()
    })
  }

  async #purge(): Promise<void> {
    const { purge, logger, intervalMs } = this.#options

    try {
      const { removed } = await purge.run({ signal: this.#stop.signal })
      this.#outage.worked()
      for (const range of removed) logger.info(range, 'Old audit events were purged')
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#outage.failed(error)
    }

    this.#planNext(intervalMs)
  }
}
