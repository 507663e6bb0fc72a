import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { startCluster, type Cluster } from '#tests/helpers/cluster'
import { eventually } from '#tests/helpers/eventually'
import type { GatewayProcess } from '#tests/helpers/gateway_process'
import { findPostgres } from '#tests/helpers/postgres_database'
import { canStartRedis, redisServer, type RedisServer } from '#tests/helpers/redis_server'

const server = await findPostgres('gateways whose Redis fails')

/** What happens to Redis, and how it is put right again. */
interface Outage {
  name: string
  begin: (redis: RedisServer) => Promise<unknown> | void
  end: (redis: RedisServer) => Promise<unknown> | void
}

/** Every process notices. */
const OUTAGES: Outage[] = [
  {
    name: 'killed and started empty',
    begin: (redis) => redis.kill(),
    end: (redis) => redis.start(),
  },
  { name: 'frozen', begin: (redis) => redis.freeze(), end: (redis) => redis.thaw() },
  {
    name: 'told to ask for a password',
    begin: async (redis) => {
      await redis.run('CONFIG', 'SET', 'requirepass', 'something')
      redis.url.password = 'something'
      await redis.run('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    },
    end: async (redis) => {
      await redis.run('CONFIG', 'SET', 'requirepass', '')
      redis.url.password = ''
    },
  },
]

/** Reading goes on: who writes notices. */
const UNWRITABLE: Outage[] = [
  {
    name: 'made read-only',
    begin: (redis) => redis.run('REPLICAOF', '127.0.0.1', '1'),
    end: (redis) => redis.run('REPLICAOF', 'NO', 'ONE'),
  },
  {
    name: 'full',
    begin: (redis) => redis.run('CONFIG', 'SET', 'maxmemory', '1'),
    end: (redis) => redis.run('CONFIG', 'SET', 'maxmemory', '0'),
  },
]

if (server && canStartRedis('gateways whose Redis fails')) {
  test.group('Redis fails while SMS are sent', (group) => {
    group.tap((one) => one.timeout(170_000))

    test('however it fails: nothing fails, no token is asked for, and sharing goes on when it is back', async (context) => {
      const { assert } = context
      const { cluster, redis } = await sharedThrough(context, 2)
      assert.deepEqual(await cluster.burst(20), { 201: 20 })

      for (const { name, begin, end } of OUTAGES) {
        await begin(redis)
        await sendUntil(cluster, 'degraded', name)
        await end(redis)
        await sendUntil(cluster, 'healthy', name)
        assert.equal(cluster.tokenRequests(), 1, name)
      }

      const told = await outagesTold(cluster)
      assert.deepEqual(told['store.unavailable'], told['store.restored'])
      assert.equal(told['store.unavailable'], OUTAGES.length * cluster.gateways.length)
    })

    test('it takes no more writes: a forced renewal succeeds, and all learn of it when it takes them again', async (context) => {
      const { assert } = context
      const { cluster, redis } = await sharedThrough(context, 2)
      assert.deepEqual(await cluster.burst(20), { 201: 20 })

      for (const [at, { name, begin, end }] of UNWRITABLE.entries()) {
        await begin(redis)
        const { status } = await cluster.gateways[0].call('POST', '/api/oauth/refresh', {
          bearer: cluster.bearers.admin,
          body: { reason: name },
        })
        assert.equal(status, 200, name)
        assert.equal(await statusOf(cluster.gateways[0], cluster.bearers.admin), 'degraded')
        assert.deepEqual(await cluster.burst(20), { 201: 20 }, name)

        await end(redis)
        await sendUntil(cluster, 'healthy', name)
        assert.equal(cluster.tokenRequests(), 2 + at, name)
        assert.equal(await cluster.send(await cluster.join()), 201)
        assert.equal(cluster.tokenRequests(), 2 + at, name)
      }
    })

    test('emptied: the token is put back by those who hold it', async (context) => {
      const { assert } = context
      const { cluster, redis } = await sharedThrough(context, 2)
      assert.deepEqual(await cluster.burst(20), { 201: 20 })

      await redis.run('FLUSHALL')
      await eventually(async () => (await redis.run('DBSIZE')) !== 0, 'the token is put back')
      assert.equal(await cluster.send(await cluster.join()), 201)
      assert.equal(cluster.tokenRequests(), 1)
    })

    test('down when they start: each asks for itself, and they share when it comes', async (context) => {
      const { assert } = context
      const { cluster, redis } = await sharedThrough(context, 0)
      await redis.kill()
      await cluster.join()
      await cluster.join()
      assert.deepEqual(await cluster.burst(20), { 201: 20 })
      assert.equal(cluster.tokenRequests(), 2)

      await redis.start()
      await sendUntil(cluster, 'healthy', 'down at the start')
      assert.equal(await cluster.send(await cluster.join()), 201)
      assert.equal(cluster.tokenRequests(), 2)
    })
  })
}

async function sharedThrough(context: TestContext, size: number) {
  const redis = await redisServer(context)
  const variables = { OAUTH_TOKEN_STORE: 'redis', REDIS_URL: redis.url.href }
  const cluster = await startCluster(context, { server: server!, size, variables })
  return { cluster, redis }
}

/** Sends all the while until every gateway says that it is so. @throws when one SMS is refused */
async function sendUntil(cluster: Cluster, status: string, outage: string): Promise<void> {
  await eventually(
    async () => {
      const sent = await cluster.burst(4)
      if (sent[201] !== 4) throw new Error(`${outage}: ${JSON.stringify(sent)}`)
      const health = await Promise.all(
        cluster.gateways.map((gateway) => statusOf(gateway, cluster.bearers.admin))
      )
      return health.every((each) => each === status)
    },
    `${status} while Redis is ${outage}`,
    20_000
  )
}

async function statusOf(gateway: GatewayProcess, bearer: string): Promise<unknown> {
  const { json, status } = await gateway.call('GET', '/api/oauth/health', { bearer })
  return status === 200 ? json.status : status
}

/** How many events tell of the beginning and the end of an outage. */
async function outagesTold({ database }: Cluster): Promise<Record<string, number>> {
  const rows = await database.query(
    "select event_type, count(*)::int as told from audit_events where event_type like 'store.%' group by 1"
  )
  return Object.fromEntries(rows.map(({ event_type: type, told }) => [type, told as number]))
}
