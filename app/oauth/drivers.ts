import { configProvider } from '@adonisjs/core'
import type { ApplicationService } from '@adonisjs/core/types'
import type { LeaseOptions } from '#oauth/contracts'
import { LockLeases } from '#oauth/sharing/lock_leases'
import { MemoryTokenStore } from '#oauth/stores/memory'
import { NoTokenStore } from '#oauth/stores/none'

/** Stands in front of everything that is kept in Redis and of every lock. */
const PREFIX = 'orange-sms-gateway:'

/** Where tokens may be kept. */
export const stores = {
  /** For as long as the process lives. */
  memory: () => new MemoryTokenStore(),

  /** For a gateway without a cache: pauses are kept, tokens are not. */
  none: () => new NoTokenStore(),

  /** A file that this process owns. Another process is refused, with the reason. */
  file: ({ path }: { path: string }) =>
    configProvider.create(async () => {
      const { FileTokenStore } = await import('#oauth/stores/file')
      const store = new FileTokenStore(path)
      // Said now: what is refused later counts as an outage.
      await store.open()
      return store
    }),

  /** The database of the application. */
  database: () =>
    configProvider.create(async (app) => {
      const { DatabaseTokenStore } = await import('#oauth/stores/database')
      const database = await app.container.make('lucid.db')
      return new DatabaseTokenStore(() => database.connection())
    }),

  /** A connection of config/redis.ts. */
  redis: (connection: 'main' = 'main') =>
    configProvider.create(async (app) => {
      const { RedisTokenStore } = await import('#oauth/stores/redis')
      const redis = await quietRedis(app)
      return new RedisTokenStore(redis.connection(connection).ioConnection, `${PREFIX}tokens:`)
    }),
}

/** Where processes take turns at asking: a store of config/lock.ts. */
export function leases(store: 'leases' | 'refreshTokens') {
  return configProvider.create(async (app) => {
    const locks = await app.container.make('lock.manager')
    return ({ lifeMs }: LeaseOptions) =>
      new LockLeases(locks.use(store), { prefix: `${PREFIX}lease:`, lifeMs })
  })
}

/** Where changes are announced: a connection of config/redis.ts. */
export function changes(connection: 'main' = 'main') {
  return configProvider.create(async (app) => {
    const { RedisChangeBus } = await import('#oauth/stores/redis_change_bus')
    const redis = await quietRedis(app)
    return new RedisChangeBus(redis.connection(connection).ioConnection, `${PREFIX}changes`)
  })
}

/** Whoever uses it says once that it is down; it would say so at every try to connect. */
async function quietRedis(app: ApplicationService) {
  const redis = await app.container.make('redis')
  redis.doNotLogErrors()
  return redis
}
