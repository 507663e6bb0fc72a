import type { Logger } from '@adonisjs/core/logger'
import { OutageLog } from '#shared/outage_log'
import type { Cancel, Clock } from '#shared/clock'

export interface RepeatingParts {
  clock: Clock
  logger: Logger

  /** Time between two runs, in milliseconds. */
  intervalMs: number
}

/** Does one thing now and again and again, in the background. A run that fails is followed by the next. */
export class Repeating {
  readonly #parts: RepeatingParts
  readonly #task: (signal: AbortSignal) => Promise<unknown>
  readonly #outage: OutageLog
  readonly #stop = new AbortController()
  #running: Promise<void> = Promise.resolve()
  #cancel: Cancel = () => {}

  /**
   * @param what is done, as the beginning of a sentence, e.g. "Settling token requests"
   * @param task is told by its signal when it had better end
   */
  constructor(
    what: string,
    task: (signal: AbortSignal) => Promise<unknown>,
    parts: RepeatingParts
  ) {
    this.#parts = parts
    this.#task = task
    this.#outage = new OutageLog(parts.logger, what)
  }

  start(): void {
    this.#running = this.#runAndPlanNext()
  }

  /** Resolves when a run that is under way has ended. */
  async stop(): Promise<void> {
    this.#stop.abort()
    this.#cancel()
    await this.#running
  }

  async #runAndPlanNext(): Promise<void> {
    try {
      await this.#task(this.#stop.signal)
      this.#outage.worked()
    } catch (error) {
      this.#outage.failed(error)
    }

    if (this.#stop.signal.aborted) return
    this.#cancel = this.#parts.clock.after(this.#parts.intervalMs, () => this.start())
  }
}
