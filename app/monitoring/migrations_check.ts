import { BaseCheck, Result } from '@adonisjs/core/health'
import type { HealthCheckResult } from '@adonisjs/core/types/health'

export type MigrationStates = () => Promise<{ name: string; status: string }[]>

/** Fails while the database lacks tables that this version needs. */
export class MigrationsCheck extends BaseCheck {
  override name = 'Database migrations'
  readonly #states: MigrationStates

  constructor(states: MigrationStates) {
    super()
    this.#states = states
  }

  override async run(): Promise<HealthCheckResult> {
    const open = await this.#states().then(
      (states) => states.filter(({ status }) => status !== 'migrated').length,
      () => undefined
    )

    if (open === undefined) return Result.failed('The migrations cannot be read')
    if (open > 0) return Result.failed(`${open} migrations are pending: run node ace migration:run`)
    return Result.ok('The database is up to date')
  }
}
