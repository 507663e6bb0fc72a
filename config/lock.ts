import env from '#start/env'
import { defineConfig, stores } from '@adonisjs/lock'

/** Leases follow the token store, unless something else is said. */
const store =
  env.get('OAUTH_LOCK_STORE') ?? (env.get('OAUTH_TOKEN_STORE') === 'redis' ? 'redis' : 'database')

/** The first lock opens the connections of all that stand here: Redis only where it is wanted. */
const lockConfig = defineConfig({
  default: 'leases',
  stores: {
    leases:
      store === 'redis'
        ? stores.redis({ connectionName: 'main' })
        : stores.database({ tableName: 'locks' }),

    /** Refresh tokens are in the database: whoever can see one there has to see who spends it. */
    refreshTokens: stores.database({ tableName: 'locks' }),
  },
})

export default lockConfig

declare module '@adonisjs/lock/types' {
  export interface LockStoresList extends InferLockStores<typeof lockConfig> {}
}
