import { test } from '@japa/runner'
import { temporaryFolder } from '#tests/helpers/boot/folder'
import { production } from '#tests/helpers/boot/production'
import { startGatewayProcess } from '#tests/helpers/gateway_process'
import { allEnded, migrating } from '#tests/helpers/migrating'
import { canStartRedis, redisServer, type RedisServer } from '#tests/helpers/redis_server'

const redisThere = canStartRedis('gateways that stop while Redis is away')

/** How Redis can be away when the gateway is told to stop. */
const AWAY: { name: string; leave: (redis: RedisServer) => void | Promise<void> }[] = [
  { name: 'silent', leave: (redis) => redis.freeze() },
  { name: 'gone', leave: (redis) => redis.kill() },
]

test.group('A gateway whose Redis is away', (group) => {
  group.tap((each) => each.skip(!redisThere, 'no Redis'))

  test('stops as it should: {name}')
    .with(AWAY)
    .run(async (context, { leave }) => {
      const { assert } = context
      const folder = await temporaryFolder(context)
      const redis = await redisServer(context)
      const variables = {
        ...production(),
        SQLITE_PATH: folder.file('gateway.sqlite3'),
        AUDIT_CHECKPOINT_PATH: folder.file('checkpoints.ndjson'),
        OAUTH_TOKEN_STORE: 'redis',
        REDIS_URL: redis.url.href,
      }
      await allEnded([migrating({ ...variables, ENV_PATH: folder.path }, '--force')])
      const gateway = await startGatewayProcess(variables, { dotEnv: folder.path })

      await leave(redis)
      assert.equal(await gateway.stop(), 0, gateway.output())
      assert.notInclude(gateway.output(), '"level":60')
    })
})
