import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { UnreadableRecord } from '#oauth/errors'
import { RedisTokenStore } from '#oauth/stores/redis'
import { recordToText } from '#oauth/stores/stored_text'
import { findRedis, redisConnection } from '#tests/helpers/redis_connection'
import { countUp } from '#tests/helpers/stores/count_up'
import { tokenRecord } from '#tests/unit/oauth/token_record'

const url = await findRedis('rows of the token store on Redis')
const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** A store, and the row of its key `key` for those who want to spoil it. */
function setUp(context: TestContext) {
  const { redis, prefix } = redisConnection(context, url!)
  return { redis, prefix, store: new RedisTokenStore(redis, prefix), row: `${prefix}token:key` }
}

type Redis = ReturnType<typeof setUp>['redis']

/** What may stand under a key instead of a token. */
const GARBAGE: [string, (redis: Redis, row: string) => Promise<unknown>][] = [
  ['text', (redis, row) => redis.set(row, 'something')],
  ['a list', (redis, row) => redis.lpush(row, 'something')],
  ['a stream', (redis, row) => redis.xadd(row, '*', 'record', 'something')],
]

if (url) {
  test.group('Token store | redis | what is no token', () => {
    for (const [name, put] of GARBAGE) {
      test(`${name} under a key is refused, stays, and makes room when it is discarded`, async (context) => {
        const { assert } = context
        const { redis, store, row } = setUp(context)
        await put(redis, row)

        await assert.rejects(() => store.get('key'), UnreadableRecord)
        assert.isFalse(await store.replace('key', tokenRecord(), null))
        assert.isFalse(await store.replace('key', tokenRecord(), 'f00d'))
        assert.isFalse(await store.remove('key', 'f00d'))
        assert.equal((await store.states(['key'])).size, 0)
        assert.deepEqual(await Array.fromAsync(store.keys()), ['key'])

        await store.discard('key')
        assert.isTrue(await store.replace('key', tokenRecord(), null))
      })
    }

    test('a token that ends too early is refused, and only who knows its fingerprint replaces it', async (context) => {
      const { assert } = context
      const { redis, store, row } = setUp(context)
      await redis.hset(row, {
        fingerprint: 'f00d',
        record: recordToText(tokenRecord()).slice(0, 9),
      })

      await assert.rejects(() => store.get('key'), UnreadableRecord)
      assert.isFalse(await store.replace('key', tokenRecord(), null))
      assert.isTrue(await store.replace('key', tokenRecord(), 'f00d'))
    })

    test('something else in the place of a pause is refused, and a new pause takes its place', async (context) => {
      const { assert } = context
      const { redis, prefix, store } = setUp(context)
      await redis.lpush(`${prefix}pause:credential`, 'something')
      await assert.rejects(() => store.getPause('credential'), UnreadableRecord)

      await store.setPause('credential', { since: 0, until: 1, reason: 'http_503', failures: 1 })
      assert.equal((await store.getPause('credential'))!.reason, 'http_503')
    })
  })

  test.group('Token store | redis | how long a row is kept', () => {
    test('an hour longer than its token lives, whatever the time is', async (context) => {
      const { redis, store, row } = setUp(context)
      for (const issuedAt of [0, Date.now(), Date.UTC(2100, 0, 1)]) {
        await store.discard('key')
        await store.replace('key', tokenRecord({ issuedAt }), null)
        almost(context, await redis.pttl(row), 2 * HOUR)
      }
    })

    test('at least a minute and that hour', async (context) => {
      const { redis, store, row } = setUp(context)
      await store.replace('key', tokenRecord({ issuedAt: 5 * HOUR, expiresAt: HOUR }), null)
      almost(context, await redis.pttl(row), HOUR + MINUTE)
    })

    test('that a token was removed is known for as long', async (context) => {
      const { redis, store, row } = setUp(context)
      await store.replace('key', tokenRecord(), null)
      await store.remove('key', 'f00d')
      almost(context, await redis.pttl(row), 2 * HOUR)
    })

    test('a pause too has its end', async (context) => {
      const { redis, prefix, store } = setUp(context)
      await store.setPause('a', { since: 5, until: 5 + MINUTE, reason: 'http_429', failures: 1 })
      almost(context, await redis.pttl(`${prefix}pause:a`), HOUR + MINUTE)
    })
  })

  test.group('Token store | redis | many at once', () => {
    test('ten connections count up together and lose no step', async (context) => {
      const { assert } = context
      const { prefix, store } = setUp(context)
      const stores = Array.from(
        { length: 10 },
        () => new RedisTokenStore(redisConnection(context, url!).redis, prefix)
      )
      const won = await Promise.all(stores.map((one) => countUp(one, 'key', 50)))
      const total = won.reduce((sum, one) => sum + one, 0)
      assert.equal(Number((await store.get('key'))!.fingerprint), total)
    })

    test('a list has every key that stays, once, while others come and go', async (context) => {
      const { assert } = context
      const { store } = setUp(context)
      const stay = Array.from({ length: 1_500 }, (_, at) => `stay-${at}`)
      await Promise.all(stay.map((key) => store.replace(key, tokenRecord(), null)))

      const listed: string[] = []
      for await (const key of store.keys()) {
        listed.push(key)
        await store.replace(`come-${listed.length}`, tokenRecord(), null)
        await store.discard(`come-${listed.length - 10}`)
      }

      assert.equal(new Set(listed).size, listed.length)
      assert.includeMembers(listed, stay)
    })
  })
}

function almost({ assert }: TestContext, life: number, expected: number): void {
  assert.isAtMost(life, expected)
  assert.isAbove(life, expected - 10_000)
}
