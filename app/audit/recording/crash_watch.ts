import type { Logger } from '@adonisjs/core/logger'
import { Repeating } from '#shared/repeating'
import type { ServiceRuns } from '#audit/recording/service_runs'
import type { ServiceRun } from '#audit/stores/service_run_store'
import type { Clock } from '#shared/clock'

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
  readonly #runs: ServiceRuns
  readonly #repeating: Repeating
  #watched = new Map<string, Watched>()

  constructor({ runs, clock, logger }: CrashWatchParts) {
    this.#runs = runs
    const parts = { clock, logger, intervalMs: BEAT_MS }
    this.#repeating = new Repeating('Watching for crashed processes', () => this.#look(), parts)
  }

  /** Looks now and from then on, in the background. */
  start(): void {
    this.#repeating.start()
  }

  /** Resolves when a look that is under way has ended. */
  stop(): Promise<void> {
    return this.#repeating.stop()
  }

  async #look(): Promise<void> {
    const others = await this.#runs.beat()
    this.#watched = new Map(others.map((run) => [run.runId, this.#watchedNow(run)]))

    for (const { run, silentLooks } of this.#watched.values()) {
      if (silentLooks >= SILENT_LOOKS) await this.#runs.crashed(run)
    }
  }

  #watchedNow(run: ServiceRun): Watched {
    const before = this.#watched.get(run.runId)
    const still = before?.run.seenAt === run.seenAt
    return { run, silentLooks: still ? before.silentLooks + 1 : 0 }
  }
}
