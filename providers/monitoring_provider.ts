import { basename } from 'node:path'
import type { ApplicationService } from '@adonisjs/core/types'
import { HealthChecks } from '@adonisjs/core/health'
import { Logger } from '@adonisjs/core/logger'
import { CheckpointCheck } from '#audit/checkpoints/checkpoint_check'
import { RecordingCheck } from '#audit/recording/recording_check'
import { DatabaseCheck } from '#monitoring/database_check'
import { Metrics } from '#monitoring/metrics/metrics'
import { processInstruments } from '#monitoring/metrics/process_instruments'
import { tokenInstruments } from '#monitoring/metrics/token_instruments'
import MonitoringSecretMiddleware from '#monitoring/middleware/monitoring_secret_middleware'
import { TokenCheck } from '#monitoring/token_check'
import { OAuthManager } from '#oauth/oauth_manager'
import { failureCode } from '#shared/failure_code'
import { knownMigrations } from './_migrations.js'

/** Where Lucid notes which migrations have run. */
const MIGRATIONS_TABLE = 'adonis_schema'

export default class MonitoringProvider {
  #metrics?: Metrics

  constructor(protected app: ApplicationService) {}

  register() {
    const { container } = this.app

    container.bind(MonitoringSecretMiddleware, () => {
      return new MonitoringSecretMiddleware(this.app.config.get('monitoring'))
    })

    container.singleton(HealthChecks, async (resolver) => {
      return new HealthChecks().register([
        new DatabaseCheck(() => this.#pendingMigrations()),
        new TokenCheck(await resolver.make(OAuthManager)),
        await resolver.make(RecordingCheck),
        await resolver.make(CheckpointCheck),
      ])
    })

    container.singleton(Metrics, async (resolver) => {
      const logger = await resolver.make(Logger)
      this.#metrics = new Metrics({
        instruments: [processInstruments, tokenInstruments(await resolver.make(OAuthManager))],
        report: (error) => logger.warn({ code: failureCode(error) }, 'A metric could not be read'),
      })
      return this.#metrics
    })
  }

  async shutdown() {
    await this.#metrics?.close()
  }

  /** A look and nothing more: Lucid's own list would create its table first. */
  async #pendingMigrations(): Promise<number> {
    const database = await this.app.container.make('lucid.db')
    const connection = database.connection()
    const names = new Set(await knownMigrations(this.app))

    if (await connection.schema.hasTable(MIGRATIONS_TABLE)) {
      const migrated = await connection.from(MIGRATIONS_TABLE).select('name')
      for (const { name } of migrated) names.delete(basename(name))
    }
    return names.size
  }
}
