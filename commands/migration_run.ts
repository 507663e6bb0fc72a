import { flags } from '@adonisjs/core/ace'
import LucidMigrationRun from '@adonisjs/lucid/commands/migration/run'
import { failureCode } from '#shared/failure_code'
import { acquireInTime, migrationLock } from './_migration_lock.js'
import { nameByProjectPath } from './_migration_names.js'

const NO = 1
const WRONG_USE = 2

/** How long migrations of another process may take, in seconds, before this one gives up. */
const WAIT_SECONDS = 300

type Migrator = Parameters<LucidMigrationRun['runMigrations']>[0]

/**
 * Lucid's command, for processes that start at once: one migrates, the others wait for it and
 * then find nothing to do. What was not done never ends with exit code 0.
 */
export default class MigrationRun extends LucidMigrationRun {
  static commandName = 'migration:run'
  static help = [
    'Several processes may be started at once: one migrates, the others wait for it.',
    'Exit code 0: the database is up to date. 1: it is not. 2: production needs --force.',
  ]

  @flags.number({
    description: 'Wait at most so many seconds for another process that migrates',
    default: WAIT_SECONDS,
  })
  declare wait: number

  #locked = true

  override async run(): Promise<void> {
    // Lucid's own lock does not wait, and says something else when it is not had.
    this.#locked = !this.disableLocks
    this.disableLocks = true
    await super.run()
  }

  protected override async takeProductionConsent(): Promise<boolean> {
    if (!process.stdin.isTTY) {
      this.logger.error('Nothing was migrated: production needs --force where nobody can be asked')
      this.exitCode = WRONG_USE
      return false
    }

    const agreed = await super.takeProductionConsent()
    if (!agreed) this.exitCode = NO
    return agreed
  }

  protected override async runMigrations(migrator: Migrator, connection: string): Promise<void> {
    if (!this.#locked) return super.runMigrations(migrator, connection)

    const database = await this.app.container.make('lucid.db')
    const lock = migrationLock(database.manager.get(connection)!.config)
    try {
      if (!(await this.#acquire(lock))) return
      if (!this.dryRun) await nameByProjectPath(database.connection(connection))
      await super.runMigrations(migrator, connection)
    } finally {
      await lock.release()
    }
  }

  async #acquire(lock: ReturnType<typeof migrationLock>): Promise<boolean> {
    const seconds = this.wait
    const waiting = () =>
      this.logger.info(`Another process is migrating: waiting for it, at most ${seconds} seconds`)

    try {
      if (await acquireInTime(lock, { seconds, waiting })) return true
      this.logger.error(
        `Nothing was migrated: another process has been migrating for more than ${seconds} seconds`
      )
    } catch (error) {
      this.logger.error(
        `Nothing was migrated: the database cannot be locked (${failureCode(error)})`
      )
    }
    this.exitCode = NO
    return false
  }
}
