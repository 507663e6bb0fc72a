import { test } from '@japa/runner'
import { Secret } from '@adonisjs/core/helpers'
import type { TokenRecord } from '#oauth/contracts'
import { EncryptedTokenStore } from '#oauth/stores/encrypted'
import { MemoryTokenStore } from '#oauth/stores/memory'
import { generationOf } from '#oauth/token_cipher'
import { seededRandom } from '#tests/helpers/seeded_random'
import { tokenCipher } from '#tests/helpers/token_cipher'
import { tokenStoreContract } from '#tests/helpers/token_store_contract'
import { tokenRecord } from '#tests/unit/oauth/token_record'

tokenStoreContract({
  name: 'encrypted',
  create: async () => {
    const { store } = await encrypted(new MemoryTokenStore(), 'one')
    return store
  },
})

async function encrypted(inner: MemoryTokenStore, ...generations: string[]) {
  const told: string[] = []
  const store = new EncryptedTokenStore(inner, {
    cipher: await tokenCipher(...generations),
    unreadable: async (key, reason) => void told.push(`${key} ${reason}`),
  })
  return { inner, store, told }
}

const RECORD = tokenRecord({ accessToken: new Secret('the-token-in-clear') })

async function textAtRest(inner: MemoryTokenStore, key: string): Promise<string> {
  const record = await inner.get(key)
  return record!.accessToken.release()
}

/** Puts something else where a sealed token stands. */
async function tamper(inner: MemoryTokenStore, key: string, text: string): Promise<void> {
  const record = (await inner.get(key))!
  await inner.replace(key, { ...record, accessToken: new Secret(text) }, record.fingerprint)
}

test.group('Encrypted token store', () => {
  test('no token stands in clear in the store behind it', async ({ assert }) => {
    const { inner, store } = await encrypted(new MemoryTokenStore(), 'one')
    await store.replace('key', RECORD, null)
    assert.notInclude(await textAtRest(inner, 'key'), 'the-token-in-clear')
  })

  test('a token that was moved to another key is refused, told of, and taken away', async ({
    assert,
  }) => {
    const { inner, store, told } = await encrypted(new MemoryTokenStore(), 'one')
    await store.replace('a', RECORD, null)
    await store.replace('b', { ...RECORD, accessToken: new Secret('another') }, null)
    const [a, b] = [await textAtRest(inner, 'a'), await textAtRest(inner, 'b')]
    await tamper(inner, 'a', b)
    await tamper(inner, 'b', a)

    assert.isNull(await store.get('a'))
    assert.isNull(await store.get('b'))
    assert.deepEqual(told, ['a undecipherable', 'b undecipherable'])
    assert.isTrue(await store.replace('a', RECORD, null))
  })

  test('whatever is changed in a sealed token, it is refused', async ({ assert }) => {
    const seed = Date.now() % 1_000_000
    const random = seededRandom(seed)
    const { inner, store } = await encrypted(new MemoryTokenStore(), 'one')

    for (let round = 0; round < 200; round++) {
      await store.discard('key')
      await store.replace('key', RECORD, null)
      const text = await textAtRest(inner, 'key')
      const at = Math.floor(random() * text.length)
      const changed =
        random() < 0.5 ? text.slice(0, at) : text.slice(0, at) + '~' + text.slice(at + 1)
      await tamper(inner, 'key', changed)
      assert.isNull(await store.get('key'), `changed at ${at} of ${text.length}, seed ${seed}`)
    }
  })
})

test.group('Encrypted token store | generations of keys', () => {
  test('the newest seals, all open', async ({ assert }) => {
    const inner = new MemoryTokenStore()
    const before = await encrypted(inner, 'old')
    const after = await encrypted(inner, 'new', 'old')
    await before.store.replace('key', RECORD, null)
    assert.equal((await after.store.get('key'))!.accessToken.release(), 'the-token-in-clear')

    await after.store.replace('other', RECORD, null)
    assert.match(generationOf(await textAtRest(inner, 'other')), /^new-/)
  })

  test('a row is sealed anew with the newest', async ({ assert }) => {
    const inner = new MemoryTokenStore()
    const { store: before } = await encrypted(inner, 'old')
    await before.replace('key', RECORD, null)
    const { store } = await encrypted(inner, 'new', 'old')

    assert.equal(await store.reseal('key'), 'resealed')
    assert.equal(await store.reseal('key'), 'current')
    assert.equal(await store.reseal('nothing'), 'gone')
    const { store: later } = await encrypted(inner, 'new')
    assert.equal((await later.get('key'))!.accessToken.release(), 'the-token-in-clear')
  })

  test('a row that no key opens is left as it is, and named', async ({ assert }) => {
    const inner = new MemoryTokenStore()
    const { store: before } = await encrypted(inner, 'old')
    await before.replace('key', RECORD, null)
    const { store } = await encrypted(inner, 'new')

    assert.equal(await store.reseal('key'), 'unreadable')
    assert.match((await store.generation('key'))!, /^old-/)
  })

  test('a row that is renewed meanwhile is not overwritten', async ({ assert }) => {
    const inner = new MemoryTokenStore()
    const { store: before } = await encrypted(inner, 'old')
    await before.replace('key', RECORD, null)
    const { store } = await encrypted(inner, 'new', 'old')
    const newer: TokenRecord = { ...RECORD, fingerprint: 'newer' }
    const { get } = inner
    inner.get = async (key) => {
      const seen = await get.call(inner, key)
      inner.get = get
      await before.replace(key, newer, RECORD.fingerprint)
      return seen
    }

    assert.equal(await store.reseal('key'), 'changed')
    assert.equal((await store.get('key'))!.fingerprint, 'newer')
  })
})
