import { RedisTokenStore } from '#oauth/stores/redis'
import { findRedis, redisConnection } from '#tests/helpers/redis_connection'
import { tokenStoreContract } from '#tests/helpers/token_store_contract'

const url = await findRedis('token store on Redis')

if (url) {
  tokenStoreContract({
    name: 'redis',
    create: (context) => {
      const { redis, prefix } = redisConnection(context, url)
      return new RedisTokenStore(redis, prefix)
    },
  })
}
