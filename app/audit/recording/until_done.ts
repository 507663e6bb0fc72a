import type { Logger } from '@adonisjs/core/logger'
import { OutageLog } from '#shared/outage_log'
import type { Cancel, Clock } from '#shared/clock'

export interface UntilDoneParts {
  clock: Clock
  logger: Logger

  /** Time between two tries, in milliseconds. */
  retryMs: number
}

/** Does one thing in the background, as often as it takes: a database that is down delays it. */
export class UntilDone {
  readonly #parts: UntilDoneParts
  readonly #task: () => Promise<unknown>
  readonly #outage: OutageLog
  #running: Promise<void> = Promise.resolve()
  #cancel: Cancel = () => {}
  #stopped = false

  /** @param what is done, as the beginning of a sentence, e.g. "Publishing the signing key" */
  constructor(what: string, task: () => Promise<unknown>, parts: UntilDoneParts) {
    this.#parts = parts
    this.#task = task
    this.#outage = new OutageLog(parts.logger, what)
  }

  start(): void {
    this.#running = this.#try()
  }

  /** Resolves when a try that is under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancel()
    await this.#running
  }

  async #try(): Promise<void> {
    try {
      await this.#task()
      this.#outage.worked()
    } catch (error) {
      this.#outage.failed(error)
      if (this.#stopped) return
      this.#cancel = this.#parts.clock.after(this.#parts.retryMs, () => this.start())
    }
  }
}
