import { test } from '@japa/runner'
import { LoggerFactory } from '@adonisjs/core/factories/logger'
import { StoreUnavailable, UnreadableRecord } from '#oauth/errors'
import { StoreOutage } from '#oauth/sharing/store_outage'
import { DegradableTokenStore } from '#oauth/stores/degradable'
import { MemoryTokenStore } from '#oauth/stores/memory'
import { ManualClock } from '#tests/helpers/manual_clock'
import { RecordingEventRecorder } from '#tests/helpers/recording_event_recorder'
import { tokenRecord } from '#tests/unit/oauth/token_record'

const PAUSE = { since: 0, until: 500, reason: 'http_503', failures: 1 }

/** A store that can be switched off. */
class Switched extends MemoryTokenStore {
  off = false

  override async get(key: string) {
    this.#refuse()
    return super.get(key)
  }

  override async replace(...args: Parameters<MemoryTokenStore['replace']>) {
    this.#refuse()
    return super.replace(...args)
  }

  override async remove(...args: Parameters<MemoryTokenStore['remove']>) {
    this.#refuse()
    return super.remove(...args)
  }

  override async *keys() {
    this.#refuse()
    yield* super.keys()
  }

  override async setPause(...args: Parameters<MemoryTokenStore['setPause']>) {
    this.#refuse()
    return super.setPause(...args)
  }

  #refuse() {
    if (this.off) throw new Error('off')
  }
}

function setUp() {
  const clock = new ManualClock()
  const inner = new Switched()
  const outage = new StoreOutage({
    store: 'test',
    patienceMs: 250,
    clock,
    recorder: new RecordingEventRecorder(),
    logger: new LoggerFactory().create(),
  })
  return { clock, inner, outage, store: new DegradableTokenStore(inner, outage) }
}

const token = (fingerprint: string, issuedAt = 1_000) => tokenRecord({ fingerprint, issuedAt })

test.group('Degradable token store', () => {
  test('keeps in memory what it is given meanwhile, and brings it back', async ({ assert }) => {
    const { clock, inner, store } = setUp()
    inner.off = true
    assert.isTrue(await store.replace('key', token('new'), null))
    await store.setPause('credential', PAUSE)
    assert.equal((await store.get('key'))!.fingerprint, 'new')

    inner.off = false
    await clock.advance(1_000)
    assert.equal((await inner.get('key'))!.fingerprint, 'new')
    assert.deepEqual(await inner.getPause('credential'), PAUSE)
  })

  test('takes the place of an earlier token, and gives way to a later one', async ({ assert }) => {
    const { clock, inner, store } = setUp()
    await inner.replace('a', token('earlier', 500), null)
    await inner.replace('b', token('later', 2_000), null)
    inner.off = true
    await store.replace('a', token('ours'), 'earlier')
    await store.replace('b', token('ours'), 'before')

    inner.off = false
    await clock.advance(1_000)
    assert.equal((await inner.get('a'))!.fingerprint, 'ours')
    assert.equal((await inner.get('b'))!.fingerprint, 'later')
  })

  test('a token that is removed meanwhile is removed for all when it is back', async ({
    assert,
  }) => {
    const { clock, inner, store } = setUp()
    await inner.replace('key', token('cleared'), null)
    inner.off = true
    await store.remove('key', 'cleared')

    inner.off = false
    await clock.advance(1_000)
    assert.isNull(await inner.get('key'))
    const states = await inner.states(['key'])
    assert.isTrue(states.get('key')!.removed)
  })

  test('of many changes to one token the last one counts', async ({ assert }) => {
    const { clock, inner, store } = setUp()
    inner.off = true
    await store.replace('key', token('one', 1_000), null)
    await store.remove('key', 'one')
    await store.replace('key', token('two', 2_000), null)

    inner.off = false
    await clock.advance(1_000)
    assert.equal((await inner.get('key'))!.fingerprint, 'two')
  })

  test('what changes while it is brought back is brought as well', async ({ assert }) => {
    const { clock, inner, outage, store } = setUp()
    inner.off = true
    await store.replace('key', token('one'), null)
    inner.off = false
    const { states } = inner
    inner.states = async (keys) => {
      if (keys.includes('key')) {
        inner.states = states
        await store.remove('key', 'one')
      }
      return states.call(inner, keys)
    }

    await clock.advance(5_000)
    assert.isFalse(outage.degraded)
    assert.isNull(await inner.get('key'))
  })

  test('a row that cannot be read makes room for what is brought back', async ({ assert }) => {
    const { clock, inner, outage, store } = setUp()
    inner.off = true
    await store.replace('key', token('one'), null)
    inner.off = false
    const { get } = inner
    inner.get = async (key) => {
      inner.get = get
      throw new UnreadableRecord(key === 'key' ? 'corrupt' : 'undecipherable')
    }

    await clock.advance(5_000)
    assert.isFalse(outage.degraded)
    assert.equal((await inner.get('key'))!.fingerprint, 'one')
  })

  test('lists nothing while it is down, since a part would pass for all', async ({ assert }) => {
    const { inner, store } = setUp()
    inner.off = true
    await assert.rejects(() => Array.fromAsync(store.keys()), StoreUnavailable)
    await assert.rejects(() => Array.fromAsync(store.keys()), StoreUnavailable)
  })

  test('goes on without the store when bringing back fails', async ({ assert }) => {
    const { clock, inner, outage, store } = setUp()
    inner.off = true
    await store.replace('key', token('new'), null)
    inner.off = false
    const { replace } = inner
    inner.replace = async () => {
      throw new Error('full')
    }
    await clock.advance(1_000)
    assert.isTrue(outage.degraded)
    assert.equal((await store.get('key'))!.fingerprint, 'new')

    inner.replace = replace
    await clock.advance(1_000)
    assert.isFalse(outage.degraded)
    assert.equal((await inner.get('key'))!.fingerprint, 'new')
  })
})
