import { test } from '@japa/runner'
import type { TokenStore } from '#oauth/contracts'
import { stores } from '#oauth/define_config'
import { tokenRecord } from '#tests/unit/oauth/token_record'

test.group('Token store | none', () => {
  test('takes every token and keeps none', async ({ assert }) => {
    const store: TokenStore = stores.none()
    assert.isTrue(await store.replace('key', tokenRecord(), null))
    assert.isTrue(await store.replace('key', tokenRecord(), null))
    assert.isNull(await store.get('key'))
    assert.isFalse(await store.remove('key', tokenRecord().fingerprint))
  })

  test('keeps pauses: without a cache a failing endpoint is left alone all the same', async ({
    assert,
  }) => {
    const store: TokenStore = stores.none()
    const pause = { since: 0, until: 500, reason: 'http_503', failures: 1 }
    await store.setPause('credential', pause)
    assert.deepEqual(await store.getPause('credential'), pause)
    await store.removePause('credential')
    assert.isNull(await store.getPause('credential'))
  })

  test('says in health reports what it is', ({ assert }) => {
    assert.equal(stores.none().name, 'none')
  })
})
