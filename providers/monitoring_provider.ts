import type { ApplicationService } from '@adonisjs/core/types'
import { HealthChecks } from '@adonisjs/core/health'
import { DbCheck } from '@adonisjs/lucid/database'
import { MigrationRunner } from '@adonisjs/lucid/migration'
import { MigrationsCheck } from '#monitoring/migrations_check'
import { TokenCheck } from '#monitoring/token_check'
import { OAuthManager } from '#oauth/oauth_manager'

/** How long a look at the migrations is good for. */
const MIGRATIONS_CACHE = '1 minute'

export default class MonitoringProvider {
  constructor(protected app: ApplicationService) {}

  register() {
    this.app.container.singleton(HealthChecks, async (resolver) => {
      const database = await resolver.make('lucid.db')
      const pending = () =>
        new MigrationRunner(database, this.app, { direction: 'up', dryRun: true }).getList()

      return new HealthChecks().register([
        new DbCheck(database.connection()),
        new MigrationsCheck(pending).cacheFor(MIGRATIONS_CACHE),
        new TokenCheck(await resolver.make(OAuthManager)),
      ])
    })
  }
}
