import { test } from '@japa/runner'
import { CredentialPause } from '#oauth/life/credential_pause'
import type { Failure } from '#oauth/life/pause'
import { MemoryTokenStore } from '#oauth/stores/memory'
import { ManualClock } from '#tests/helpers/manual_clock'

const MINUTE = 60_000
const REFUSED: Failure = { verdict: 'terminal', reason: 'invalid_client' }
const FAILED: Failure = { verdict: 'transient', reason: 'http_503' }

function setUp() {
  const clock = new ManualClock()
  const store = new MemoryTokenStore()
  const inProcess = () => new CredentialPause('credential', { store, clock, random: () => 1 })
  return { clock, store, pause: inProcess(), elsewhere: inProcess() }
}

test.group('Pause of a credential', () => {
  test('there is none before anything failed', async ({ assert }) => {
    const { pause } = setUp()
    assert.isNull(pause.known)
    assert.isNull(await pause.current())
  })

  test('is in force before the store has been told', async ({ assert }) => {
    const { pause } = setUp()
    const begun = pause.begin(REFUSED)
    assert.equal(pause.known?.reason, 'invalid_client')
    await begun
  })

  test('is in force even when the store cannot be told', async ({ assert }) => {
    const { pause, store } = setUp()
    store.setPause = () => Promise.reject(new Error('The store is down'))

    await assert.rejects(() => pause.begin(REFUSED), 'The store is down')
    assert.equal(pause.known?.reason, 'invalid_client')
  })

  test('another process learns of it from the store', async ({ assert }) => {
    const { pause, elsewhere } = setUp()
    const begun = await pause.begin(REFUSED)

    assert.isNull(elsewhere.known)
    assert.deepEqual(await elsewhere.current(), begun)
    assert.deepEqual(elsewhere.known, begun)
  })

  test('another credential is not paused', async ({ assert }) => {
    const { pause, store, clock } = setUp()
    await pause.begin(REFUSED)
    const other = new CredentialPause('other', { store, clock, random: () => 1 })
    assert.isNull(await other.current())
  })

  test('ends by itself', async ({ assert }) => {
    const { pause, clock } = setUp()
    const begun = await pause.begin(REFUSED)

    await clock.advance(5 * MINUTE - 1)
    assert.equal(pause.remainingMs(begun), 1)
    assert.isNotNull(await pause.current())

    await clock.advance(1)
    assert.equal(pause.remainingMs(begun), 0)
    assert.isNull(await pause.current())
  })

  test('grows with every failure in a row, and is counted from none after a success', async ({
    assert,
  }) => {
    const { pause, clock, elsewhere } = setUp()

    for (const length of [500, 1_000, 2_000]) {
      const begun = await pause.begin(FAILED)
      assert.equal(begun.until - begun.since, length)
      await clock.advance(length)
    }

    await pause.end()
    assert.isNull(await elsewhere.current())
    assert.equal((await pause.begin(FAILED)).failures, 1)
  })

  test('a clock that is set back prolongs nothing', async ({ assert }) => {
    const { pause, clock } = setUp()
    await pause.begin(REFUSED)
    await clock.advance(4 * MINUTE)
    clock.jump(-24 * 60 * MINUTE)

    await clock.advance(MINUTE)
    assert.isNull(await pause.current())
  })

  test('a clock that is set back prolongs nothing for who reads it from the store', async ({
    assert,
  }) => {
    const { pause, elsewhere, clock } = setUp()
    await pause.begin(REFUSED)
    clock.jump(-24 * 60 * MINUTE)
    await elsewhere.current()

    await clock.advance(5 * MINUTE)
    assert.isNull(await elsewhere.current())
  })

  test('a machine that slept through it wakes up without it', async ({ assert }) => {
    const { pause, clock } = setUp()
    await pause.begin(REFUSED)
    clock.jump(5 * MINUTE)
    assert.isNull(await pause.current())
  })
})
