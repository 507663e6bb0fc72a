import { inspect } from 'node:util'
import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import type { TokenRecord, TokenStore } from '#oauth/contracts'
import type { Pause } from '#oauth/life/pause'

export interface StoreUnderTest {
  /** How the store is called in titles. */
  name: string

  /** An empty store, for one test. What has to be put away goes to `cleanup`. */
  create(context: Pick<TestContext, 'cleanup'>): TokenStore | Promise<TokenStore>
}

/** Registers one promise as a test on an empty store. */
type OnStore = (
  promise: string,
  check: (context: TestContext, store: TokenStore) => Promise<void>
) => void

const NOON = Date.UTC(2026, 0, 1, 12)
const HOUR = 60 * 60_000

const PAUSE: Pause = { since: NOON, until: NOON + 500.25, reason: 'http_503', failures: 3 }

/** What every token store promises, whatever it is made of. Each promise is a test. */
export function tokenStoreContract({ name, create }: StoreUnderTest): void {
  const on: OnStore = (promise, check) => {
    test(promise, async (context) => check(context, await create(context)))
  }

  test.group(`Token store | ${name} | what is kept`, () => keeping(on))
  test.group(`Token store | ${name} | whoever is late loses`, () => losing(on))
  test.group(`Token store | ${name} | many at once`, () => racing(on))
  test.group(`Token store | ${name} | what changed`, () => telling(on))
  test.group(`Token store | ${name} | pauses`, () => pausing(on))
}

function keeping(on: OnStore): void {
  on('it has a name for health reports', async ({ assert }, store) => {
    assert.match(store.name, /^\w+$/)
  })

  on('nothing is in an empty store', async ({ assert }, store) => {
    assert.isNull(await store.get('key'))
    assert.isNull(await store.getPause('credential'))
  })

  on('a token comes back as it was given', async ({ assert }, store) => {
    const record = recordOf('one', { scope: 'sms balance' })
    await store.replace('key', record, null)
    assert.deepEqual(plain(await store.get('key')), plain(record))
  })

  on('a token without a scope comes back without one', async ({ assert }, store) => {
    await store.replace('key', recordOf('one'), null)
    assert.isUndefined((await store.get('key'))!.scope)
  })

  on('instants keep their milliseconds, and parts of them', async ({ assert }, store) => {
    const record = recordOf('one', { refreshAt: NOON + 1234.5, expiresAt: NOON + 1_234_567 })
    await store.replace('key', record, null)
    assert.deepEqual(plain(await store.get('key')), plain(record))
  })

  on('a token of 16 KB with every character it may have', async ({ assert }, store) => {
    const characters = Array.from({ length: 94 }, (_, at) => String.fromCharCode(0x21 + at))
    const text = characters.join('').repeat(175).slice(0, 16_384)
    await store.replace('key', recordOf('one', { accessToken: new Secret(text) }), null)
    assert.equal((await store.get('key'))!.accessToken.release(), text)
  })

  on('a token comes back as a secret', async ({ assert }, store) => {
    await store.replace('key', recordOf('one'), null)
    const record = await store.get('key')
    const seen = inspect(record, { depth: Infinity, showHidden: true }) + JSON.stringify(record)

    assert.instanceOf(record!.accessToken, Secret)
    assert.notInclude(seen, 'token-one')
  })

  on('keys do not meet', async ({ assert }, store) => {
    await store.replace('a', recordOf('one'), null)
    assert.isTrue(await store.replace('b', recordOf('two'), null))
    assert.isTrue(await store.remove('a', 'one'))

    assert.isNull(await store.get('a'))
    assert.equal((await store.get('b'))!.fingerprint, 'two')
  })
}

function losing(on: OnStore): void {
  on('the first token is stored where none is', async ({ assert }, store) => {
    assert.isTrue(await store.replace('key', recordOf('one'), null))
  })

  on('a token gives way to its successor', async ({ assert }, store) => {
    await store.replace('key', recordOf('one'), null)
    assert.isTrue(await store.replace('key', recordOf('two'), 'one'))
    assert.equal((await store.get('key'))!.fingerprint, 'two')
  })

  on('the same token may be stored again with another life', async ({ assert }, store) => {
    await store.replace('key', recordOf('one'), null)
    const again = recordOf('one', { expiresAt: NOON + 60_000 })
    assert.isTrue(await store.replace('key', again, 'one'))
    assert.deepEqual(plain(await store.get('key')), plain(again))
  })

  on('who saw no token does not replace one', async ({ assert }, store) => {
    await store.replace('key', recordOf('one'), null)
    assert.isFalse(await store.replace('key', recordOf('late'), null))
    assert.equal((await store.get('key'))!.fingerprint, 'one')
  })

  on('who saw an older token does not replace a newer one', async ({ assert }, store) => {
    await store.replace('key', recordOf('one'), null)
    await store.replace('key', recordOf('two'), 'one')
    assert.isFalse(await store.replace('key', recordOf('late'), 'one'))
    assert.equal((await store.get('key'))!.fingerprint, 'two')
  })

  on('who saw a token that is gone stores none', async ({ assert }, store) => {
    await store.replace('key', recordOf('one'), null)
    await store.remove('key', 'one')
    assert.isFalse(await store.replace('key', recordOf('late'), 'one'))
    assert.isNull(await store.get('key'))
  })

  on('a removed token makes room for a new one', async ({ assert }, store) => {
    await store.replace('key', recordOf('one'), null)
    assert.isTrue(await store.remove('key', 'one'))
    assert.isNull(await store.get('key'))
    assert.isTrue(await store.replace('key', recordOf('two'), null))
  })

  on('who saw an older token removes nothing', async ({ assert }, store) => {
    await store.replace('key', recordOf('two'), null)
    assert.isFalse(await store.remove('key', 'one'))
    assert.equal((await store.get('key'))!.fingerprint, 'two')
  })

  on('there is nothing to remove where nothing is, and only once', async ({ assert }, store) => {
    assert.isFalse(await store.remove('key', 'one'))
    await store.replace('key', recordOf('one'), null)
    assert.isTrue(await store.remove('key', 'one'))
    assert.isFalse(await store.remove('key', 'one'))
  })
}

function telling(on: OnStore): void {
  on('of a key that was never used nothing is known', async ({ assert }, store) => {
    assert.equal((await store.states(['key'])).size, 0)
    assert.equal((await store.states([])).size, 0)
  })

  on('of a token that is there, which one it is', async ({ assert }, store) => {
    await store.replace('a', recordOf('one'), null)
    await store.replace('b', recordOf('two'), null)
    await store.replace('b', recordOf('three'), 'two')

    assert.deepEqual(Object.fromEntries(await store.states(['a', 'b', 'c'])), {
      a: { fingerprint: 'one', removed: false },
      b: { fingerprint: 'three', removed: false },
    })
  })

  on('of a removed token, that it was removed', async ({ assert }, store) => {
    await store.replace('key', recordOf('one', livingNow()), null)
    await store.remove('key', 'one')
    const states = await store.states(['key'])
    assert.deepEqual(states.get('key'), { fingerprint: 'one', removed: true })
  })

  on(
    'of a removed token that the store knew nothing of, that it was removed',
    async (context, store) => {
      const { assert } = context
      assert.isFalse(await store.remove('key', 'one'))
      assert.isNull(await store.get('key'))
      const states = await store.states(['key'])
      assert.deepEqual(states.get('key'), { fingerprint: 'one', removed: true })
      assert.deepEqual(await Array.fromAsync(store.keys()), [])
      assert.isTrue(await store.replace('key', recordOf('two', livingNow()), null))
    }
  )

  on('a token in the place of a removed one is there', async ({ assert }, store) => {
    await store.replace('key', recordOf('one', livingNow()), null)
    await store.remove('key', 'one')
    await store.replace('key', recordOf('two', livingNow()), null)
    const states = await store.states(['key'])
    assert.deepEqual(states.get('key'), { fingerprint: 'two', removed: false })
  })

  on('of a discarded token nothing is known', async ({ assert }, store) => {
    await store.replace('key', recordOf('one'), null)
    await store.discard('key')
    await store.discard('other')

    assert.isNull(await store.get('key'))
    assert.equal((await store.states(['key'])).size, 0)
    assert.isTrue(await store.replace('key', recordOf('two'), null))
  })

  on('of a thousand keys at once', async ({ assert }, store) => {
    const keys = Array.from({ length: 1_000 }, (_, at) => `key-${at}`)
    await store.replace('key-0', recordOf('first'), null)
    await store.replace('key-999', recordOf('last'), null)
    assert.sameMembers([...(await store.states(keys)).keys()], ['key-0', 'key-999'])
  })

  on('every key with a token is listed, and no other', async ({ assert }, store) => {
    await store.replace('a', recordOf('one'), null)
    await store.replace('b', recordOf('two'), null)
    await store.replace('gone', recordOf('three'), null)
    await store.remove('gone', 'three')
    await store.setPause('credential', PAUSE)

    assert.sameMembers(await Array.fromAsync(store.keys()), ['a', 'b'])
  })
}

function racing(on: OnStore): void {
  on('of 20 first tokens at once, exactly one is stored', async ({ assert }, store) => {
    const winner = await race(names(20), (name) => store.replace('key', recordOf(name), null))
    assert.equal((await store.get('key'))!.fingerprint, winner)
  })

  on('of 20 successors at once, exactly one is stored', async ({ assert }, store) => {
    await store.replace('key', recordOf('one'), null)
    const winner = await race(names(20), (name) => store.replace('key', recordOf(name), 'one'))
    assert.equal((await store.get('key'))!.fingerprint, winner)
  })

  on('of a successor and removals at once, one wins', async ({ assert }, store) => {
    await store.replace('key', recordOf('one'), null)
    const winner = await race(['removed', 'new', 'removed'], (name) =>
      name === 'new' ? store.replace('key', recordOf('new'), 'one') : store.remove('key', 'one')
    )
    assert.equal((await store.get('key'))?.fingerprint ?? 'removed', winner)
  })
}

function pausing(on: OnStore): void {
  on('a pause comes back as it was given', async ({ assert }, store) => {
    await store.setPause('credential', PAUSE)
    assert.deepEqual(await store.getPause('credential'), PAUSE)
  })

  on('the last pause counts', async ({ assert }, store) => {
    const shorter = { ...PAUSE, until: NOON + 1, failures: 4 }
    await store.setPause('credential', PAUSE)
    await store.setPause('credential', shorter)
    assert.deepEqual(await store.getPause('credential'), shorter)
  })

  on(
    'a pause is over when it is removed, and removing none is no error',
    async (context, store) => {
      await store.removePause('credential')
      await store.setPause('credential', PAUSE)
      await store.removePause('credential')
      context.assert.isNull(await store.getPause('credential'))
    }
  )

  on('each credential has its own', async ({ assert }, store) => {
    await store.setPause('a', PAUSE)
    assert.isNull(await store.getPause('b'))
    await store.setPause('b', { ...PAUSE, reason: 'http_429' })
    await store.removePause('a')
    assert.equal((await store.getPause('b'))!.reason, 'http_429')
  })

  on('tokens and pauses of one name do not meet', async ({ assert }, store) => {
    await store.replace('same', recordOf('one'), null)
    await store.setPause('same', PAUSE)
    await store.remove('same', 'one')
    assert.deepEqual(await store.getPause('same'), PAUSE)

    await store.replace('same', recordOf('two'), null)
    await store.removePause('same')
    assert.equal((await store.get('same'))!.fingerprint, 'two')
  })
}

function recordOf(fingerprint: string, changes: Partial<TokenRecord> = {}): TokenRecord {
  return {
    accessToken: new Secret(`token-${fingerprint}`),
    tokenType: 'Bearer',
    fingerprint,
    issuedAt: NOON,
    refreshAt: NOON + HOUR / 2,
    expiresAt: NOON + HOUR,
    provider: 'orange',
    ...changes,
  }
}

/** Stores may forget what ended long ago: this lives, whatever the clock of the store says. */
function livingNow(): Partial<TokenRecord> {
  const now = Date.now()
  return { issuedAt: now, refreshAt: now + HOUR / 2, expiresAt: now + HOUR }
}

/** Secrets are never equal to each other, and what is absent may be there as undefined. */
function plain(record: TokenRecord | null): Record<string, unknown> | null {
  return (
    record && {
      ...record,
      accessToken: record.accessToken.release(),
      scope: record.scope,
      tenant: record.tenant,
    }
  )
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `racer-${at}`)
}

/** Which of them it worked for: demands that it is one, and one only. */
async function race(racers: string[], run: (name: string) => Promise<boolean>): Promise<string> {
  const results = await Promise.all(racers.map((name) => run(name)))
  const winners = racers.filter((_, at) => results[at])
  if (winners.length !== 1) throw new Error(`${winners.length} won instead of one`)
  return winners[0]
}
