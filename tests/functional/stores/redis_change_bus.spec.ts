import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { RedisChangeBus } from '#oauth/stores/redis_change_bus'
import { eventually } from '#tests/helpers/eventually'
import { redisConnection } from '#tests/helpers/redis_connection'
import { canStartRedis, redisServer, type RedisServer } from '#tests/helpers/redis_server'

const LONGEST_WAIT_MS = 250

/** The bus of one process, and what it heard. */
async function listener(context: TestContext, { url }: RedisServer, channel = 'changes') {
  const { redis } = redisConnection(context, url)
  const bus = new RedisChangeBus(redis, channel)
  context.cleanup(() => bus.close())

  const heard: string[] = []
  await bus.listen((key) => heard.push(key))
  return { bus, heard }
}

type Listener = Awaited<ReturnType<typeof listener>>

/** Announces again and again until it is heard: what is said before somebody listens is lost. */
async function heardAtLast(by: Listener, from: Listener, key: string): Promise<void> {
  await eventually(async () => {
    await from.bus.announce(key)
    return by.heard.includes(key)
  }, `${key} is heard`)
}

async function listeners(redis: RedisServer): Promise<number> {
  const [, count] = (await redis.run('PUBSUB', 'NUMSUB', 'changes')) as [string, number]
  return count
}

if (canStartRedis('news of changes through Redis')) {
  test.group('Changes through Redis', () => {
    test('all processes hear what one announces, itself too, and nothing of other channels', async (context) => {
      const { assert } = context
      const redis = await redisServer(context)
      const one = await listener(context, redis)
      const two = await listener(context, redis)
      const other = await listener(context, redis, 'other')
      await eventually(async () => (await listeners(redis)) === 2, 'both listen')

      await one.bus.announce('a')
      await two.bus.announce('b')
      await eventually(() => one.heard.length === 2 && two.heard.length === 2, 'both heard both')
      assert.deepEqual(
        [one.heard.toSorted(), two.heard.toSorted()],
        [
          ['a', 'b'],
          ['a', 'b'],
        ]
      )
      assert.deepEqual(other.heard, [])
    })

    test('after Redis was killed and started again, they hear each other again', async (context) => {
      const redis = await redisServer(context)
      const one = await listener(context, redis)
      const two = await listener(context, redis)
      await heardAtLast(two, one, 'before')

      await redis.kill()
      await one.bus.announce('lost')
      await redis.start()
      await heardAtLast(two, one, 'after')
      await heardAtLast(one, two, 'back')
    })

    test('who begins while Redis is away hears once it is there', async (context) => {
      const redis = await redisServer(context)
      await redis.kill()
      const one = await listener(context, redis)
      await redis.start()
      await heardAtLast(one, one, 'after')
    })

    test('who begins while Redis refuses everybody hears once it is let in', async (context) => {
      const redis = await redisServer(context)
      await redis.run('CONFIG', 'SET', 'requirepass', 'something')
      const one = await listener(context, redis)
      await one.bus.announce('refused')
      await redis.run('PING').then(
        () => context.assert.fail('it was let in'),
        () => {}
      )

      redis.url.password = 'something'
      await redis.run('CONFIG', 'SET', 'requirepass', '')
      redis.url.password = ''
      await heardAtLast(one, one, 'after')
    })

    test('announcing never fails, and nobody waits for it, however Redis fails', async (context) => {
      const { assert } = context
      const redis = await redisServer(context)
      const one = await listener(context, redis)
      await heardAtLast(one, one, 'before')
      const announced = async () => {
        const begun = performance.now()
        await one.bus.announce('meanwhile')
        assert.isBelow(performance.now() - begun, LONGEST_WAIT_MS)
      }

      redis.freeze()
      await announced()
      redis.thaw()
      await heardAtLast(one, one, 'thawed')

      await redis.kill()
      await announced()
    })

    test('who closed hears nothing more and leaves no connection behind', async (context) => {
      const { assert } = context
      const redis = await redisServer(context)
      const one = await listener(context, redis)
      const two = await listener(context, redis)
      await heardAtLast(two, one, 'before')
      await heardAtLast(one, two, 'before')

      await two.bus.close()
      await eventually(async () => (await listeners(redis)) === 1, 'one listens')
      await heardAtLast(one, one, 'after')
      assert.notInclude(two.heard, 'after')
    })
  })
}
