import { BaseCheck, Result } from '@adonisjs/core/health'
import type { HealthCheckResult } from '@adonisjs/core/types/health'

/** Answers how many migrations have not run yet. @throws when the database does not answer */
export type PendingMigrations = () => Promise<number>

/** Fails while the database does not answer, or lacks tables that this version needs. */
export class DatabaseCheck extends BaseCheck {
  override name = 'Database'
  readonly #pending: PendingMigrations

  constructor(pending: PendingMigrations) {
    super()
    this.#pending = pending
  }

  /** The error of the driver stays out of the report: it names hosts and users. */
  override async run(): Promise<HealthCheckResult> {
    try {
      const pending = await this.#pending()
      return pending === 0
        ? Result.ok('The database answers and is up to date')
        : Result.failed(`${pending} migrations are pending: run node ace migration:run`)
    } catch {
      return Result.failed('The database does not answer')
    }
  }
}
