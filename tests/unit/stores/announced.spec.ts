import { test } from '@japa/runner'
import type { ChangeBus } from '#oauth/contracts'
import { AnnouncedTokenStore } from '#oauth/stores/announced'
import { MemoryTokenStore } from '#oauth/stores/memory'
import { tokenStoreContract } from '#tests/helpers/token_store_contract'
import { tokenRecord } from '#tests/unit/oauth/token_record'

/** Keeps what was announced. */
class RecordingBus implements ChangeBus {
  readonly announced: string[] = []

  async announce(key: string) {
    this.announced.push(key)
  }
  async listen() {}
  async close() {}
}

tokenStoreContract({
  name: 'announced',
  create: () => new AnnouncedTokenStore(new MemoryTokenStore(), new RecordingBus()),
})

test.group('Announced token store', () => {
  test('says what was stored, removed and discarded', async ({ assert }) => {
    const { bus, store } = setUp()
    await store.replace('a', tokenRecord(), null)
    await store.remove('a', 'f00d')
    await store.discard('b')
    assert.deepEqual(bus.announced, ['a', 'a', 'b'])
  })

  test('says nothing of what came too late', async ({ assert }) => {
    const { bus, store } = setUp()
    await store.replace('a', tokenRecord(), 'another')
    await store.remove('a', 'another')
    assert.deepEqual(bus.announced, [])
  })

  test('says nothing of pauses and of what is only read', async ({ assert }) => {
    const { bus, store } = setUp()
    await store.setPause('c', { since: 0, until: 1, reason: 'http_503', failures: 1 })
    await store.removePause('c')
    await store.get('a')
    await store.states(['a'])
    await Array.fromAsync(store.keys())
    assert.deepEqual(bus.announced, [])
  })

  test('says nothing of what failed', async ({ assert }) => {
    const { bus, inner, store } = setUp()
    inner.replace = inner.remove = async () => {
      throw new Error('down')
    }
    inner.discard = async () => {
      throw new Error('down')
    }

    await assert.rejects(() => store.replace('a', tokenRecord(), null), 'down')
    await assert.rejects(() => store.remove('a', 'f00d'), 'down')
    await assert.rejects(() => store.discard('a'), 'down')
    assert.deepEqual(bus.announced, [])
  })

  test('waits for nobody to be told', async ({ assert }) => {
    const { bus, store } = setUp()
    bus.announce = () => new Promise(() => {})
    assert.isTrue(await store.replace('a', tokenRecord(), null))
  })
})

function setUp() {
  const bus = new RecordingBus()
  const inner = new MemoryTokenStore()
  return { bus, inner, store: new AnnouncedTokenStore(inner, bus) }
}
