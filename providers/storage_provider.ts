import { Logger } from '@adonisjs/core/logger'
import type { ApplicationService } from '@adonisjs/core/types'
import type { AuditConfig } from '#audit/audit_config'
import { StorageCheck } from '#audit/storage/storage_check'
import type { StorageRefused } from '#audit/storage/errors'
import { StorageFacts } from '#audit/stores/storage_facts'
import { systemClock } from '#shared/clock'
import { knownMigrations } from './_migrations.js'

/** Keeps production from running on a database that loses what it has acknowledged. */
export default class StorageProvider {
  #check?: StorageCheck

  constructor(protected app: ApplicationService) {}

  /** Before the port opens. */
  async start() {
    if (this.app.getEnvironment() !== 'web' || !this.app.inProduction) return

    const database = await this.app.container.make('lucid.db')
    this.#check = new StorageCheck({
      facts: new StorageFacts(() => database.connection()),
      knownMigrations: await knownMigrations(this.app),
      clock: systemClock,
      logger: await this.app.container.make(Logger),
      retryMs: this.app.config.get<AuditConfig>('audit').startRetryMs,
      refusedLater: (reason) => void this.#end(reason),
    })

    try {
      await this.#check.start()
    } catch (error) {
      // An open connection would keep the process alive.
      await database.manager.closeAll()
      throw error
    }
  }

  async shutdown() {
    await this.#check?.stop()
  }

  async #end(reason: StorageRefused): Promise<void> {
    const logger = await this.app.container.make(Logger)
    logger.fatal({ problems: reason.problems }, 'The gateway ends: the database is refused')

    process.exitCode = 1
    await this.app.terminate()
  }
}
