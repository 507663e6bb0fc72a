import app from '@adonisjs/core/services/app'
import type { TestContext } from '@japa/runner/core'
import { configProvider } from '@adonisjs/core'
import { stores as lockStores } from '@adonisjs/lock'
import { LockFactory } from '@verrou/core'
import { redisStore } from '@verrou/core/drivers/redis'
import type { StoreFactory } from '@verrou/core/types'
import type { Leases, TokenStore } from '#oauth/contracts'
import { LockLeases } from '#oauth/sharing/lock_leases'
import { DatabaseTokenStore } from '#oauth/stores/database'
import { RedisTokenStore } from '#oauth/stores/redis'
import { connectionTo, databasesOf } from '#tests/helpers/audit/audit_database'
import type { Place } from '#tests/helpers/audit/connection_config'
import { findRedis, redisConnection } from '#tests/helpers/redis_connection'

/** What one process shares with others, through connections of its own. */
export interface Meeting {
  store: TokenStore
  leases: Leases
}

/** Where processes may meet. What they leave there is gone when the running test ends. */
export interface MeetingPlace {
  name: string

  /** @returns how one more process comes there; its leases last as long as it says, in milliseconds */
  open(context: Pick<TestContext, 'cleanup'>): Promise<(lifeMs: number) => Promise<Meeting>>
}

/** @param what is tested, for those who have to hear that it was skipped */
export async function meetingPlaces(what: string): Promise<MeetingPlace[]> {
  const redis = await findRedis(what)
  return [...databasesOf('oauth').map(database), ...(redis ? [redisAt(redis)] : [])]
}

function database({ name, open }: ReturnType<typeof databasesOf>[number]): MeetingPlace {
  return {
    name,
    async open() {
      const { place } = await open()

      return (lifeMs) => meetingIn(place, lifeMs)
    },
  }
}

/** One more process's way to a database. */
export async function meetingIn(place: Place, lifeMs: number) {
  const connect = connectionTo(place)
  const { connectionName } = connect()
  const locks = lockStores.database({ connectionName, tableName: 'locks' })
  const { driver } = (await configProvider.resolve<StoreFactory>(app, locks))!
  return {
    connect,
    store: new DatabaseTokenStore(connect),
    leases: new LockLeases(factoryOf(driver), { prefix: 'lease:', lifeMs }),
  }
}

function redisAt(url: URL): MeetingPlace {
  return {
    name: 'Redis',
    async open(context) {
      const { redis, prefix } = redisConnection(context, url)

      return async (lifeMs) => {
        const connection = redis.duplicate()
        context.cleanup(() => connection.disconnect())
        return {
          store: new RedisTokenStore(connection, prefix),
          leases: new LockLeases(factoryOf(redisStore({ connection })), { prefix, lifeMs }),
        }
      }
    },
  }
}

function factoryOf(driver: StoreFactory['driver']) {
  return new LockFactory(driver.factory())
}
