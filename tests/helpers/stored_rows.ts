import { type RedisConnection } from '@adonisjs/redis'
import type { Cluster } from '#tests/helpers/cluster'
import { runOn } from '#tests/helpers/redis_server'

/** Rows of tokens as somebody reads and writes them who has a password, and no key. */
export interface StoredRows {
  /** The stored texts, by the key of their row. */
  read(): Promise<Map<string, string>>
  write(key: string, record: string): Promise<void>
}

const PREFIX = 'orange-sms-gateway:tokens:token:'

export function storedRows({ variables, database }: Cluster): StoredRows {
  return variables.OAUTH_TOKEN_STORE === 'redis'
    ? inRedis(new URL(variables.REDIS_URL))
    : inDatabase(database)
}

function inDatabase({ query }: Cluster['database']): StoredRows {
  return {
    async read() {
      const rows = await query('select key, record from oauth_tokens where record is not null')
      return new Map(rows.map(({ key, record }) => [key as string, record as string]))
    },
    async write(key, record) {
      await query('update oauth_tokens set record = $2 where key = $1', [key, record])
    },
  }
}

function inRedis(url: URL): StoredRows {
  const run = <T>(work: (redis: RedisConnection['ioConnection']) => Promise<T>) => runOn(url, work)
  return {
    read: () =>
      run(async (redis) => {
        const rows = new Map<string, string>()
        for (const name of await redis.keys(`${PREFIX}*`)) {
          rows.set(name.slice(PREFIX.length), (await redis.hget(name, 'record'))!)
        }
        return rows
      }),
    async write(key, record) {
      await run((redis) => redis.hset(PREFIX + key, 'record', record))
    },
  }
}
