import type { Logger } from '@adonisjs/core/logger'
import { OutageLog } from '#shared/outage_log'
import { StorageRefused } from '#audit/storage/errors'
import { durabilityProblems, migrationProblems } from '#audit/storage/storage_rules'
import type { StorageFacts } from '#audit/stores/storage_facts'
import type { Cancel, Clock } from '#shared/clock'

export interface StorageCheckOptions {
  facts: StorageFacts

  /** Names of the migrations of this version. */
  knownMigrations: readonly string[]
  clock: Clock
  logger: Logger

  /** Time between two tries while the database does not answer, in milliseconds. */
  retryMs: number

  /** Told when a database that did not answer at first turns out to be refused. */
  refusedLater: (reason: StorageRefused) => void
}

/**
 * Looks at the database once, before anything is entrusted to it. One that does not
 * answer keeps nobody from starting: it is looked at when it does.
 */
export class StorageCheck {
  readonly #options: StorageCheckOptions
  readonly #outage: OutageLog
  #running: Promise<void> = Promise.resolve()
  #cancel: Cancel = () => {}
  #stopped = false

  constructor(options: StorageCheckOptions) {
    this.#options = options
    this.#outage = new OutageLog(options.logger, 'Checking the database')
  }

  /** @throws {StorageRefused} */
  async start(): Promise<void> {
    if (!(await this.#answers())) this.#planNext()
  }

  /** Resolves when a look that is under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancel()
    await this.#running
  }

  /** False when it does not answer, which the log tells once. */
  async #answers(): Promise<boolean> {
    try {
      await this.#check()
    } catch (error) {
      if (error instanceof StorageRefused) throw error
      this.#outage.failed(error)
      return false
    }

    this.#outage.worked()
    return true
  }

  async #check(): Promise<void> {
    const { facts, knownMigrations } = this.#options
    const problems = [
      ...durabilityProblems(await facts.durability()),
      ...migrationProblems(knownMigrations, await facts.migrations()),
    ]
    if (problems.length > 0) throw new StorageRefused(problems)
  }

  #planNext(): void {
    if (this.#stopped) return
    this.#cancel = this.#options.clock.after(this.#options.retryMs, () => {
      this.#running = this.#checkLater()
    })
  }

  async #checkLater(): Promise<void> {
    try {
      if (!(await this.#answers())) this.#planNext()
    } catch (error) {
      this.#options.refusedLater(error as StorageRefused)
    }
  }
}
