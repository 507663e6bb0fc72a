import type { Logger } from '@adonisjs/core/logger'
import { OutageLog } from '#audit/recording/outage_log'
import type { ServiceRuns } from '#audit/recording/service_runs'
import type { ServiceRun } from '#audit/stores/service_run_store'
import type { Cancel, Clock } from '#shared/clock'

export interface CrashWatchParts {
  runs: ServiceRuns
  clock: Clock
  logger: Logger
}

const BEAT_MS = 5_000

/** Long enough that a process that is merely busy is not called dead. */
const SILENT_LOOKS = 6

interface Watched {
  run: ServiceRun

  /** How often it was looked at without having moved. */
  silentLooks: number
}

/**
 * Shows that this process lives, and finds those that died without a word. What counts is
 * whether they move while we look: clocks of several machines are not compared.
 */
export class CrashWatch {
  readonly #parts: CrashWatchParts
  readonly #outage: OutageLog
  #watched = new Map<string, Watched>()
  #running: Promise<void> = Promise.resolve()
  #cancel: Cancel = () => {}
  #stopped = false

  constructor(parts: CrashWatchParts) {
    this.#parts = parts
    this.#outage = new OutageLog(parts.logger, 'Watching for crashed processes')
  }

  /** Looks now and from then on, in the background. */
  start(): void {
    this.#running = this.#lookAndPlanNext()
  }

  /** Resolves when a look that is under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancel()
    await this.#running
  }

  async #lookAndPlanNext(): Promise<void> {
    try {
      await this.#look()
      this.#outage.worked()
    } catch (error) {
      this.#outage.failed(error)
    }

    if (this.#stopped) return
    this.#cancel = this.#parts.clock.after(BEAT_MS, () => this.start())
  }

  async #look(): Promise<void> {
    const { runs } = this.#parts
    const others = await runs.beat()
    this.#watched = new Map(others.map((run) => [run.runId, this.#watchedNow(run)]))

    for (const { run, silentLooks } of this.#watched.values()) {
      if (silentLooks >= SILENT_LOOKS) await runs.crashed(run)
    }
  }

  #watchedNow(run: ServiceRun): Watched {
    const before = this.#watched.get(run.runId)
    const still = before?.run.seenAt === run.seenAt
    return { run, silentLooks: still ? before.silentLooks + 1 : 0 }
  }
}
