import { test } from '@japa/runner'
import { KeepWarm } from '#oauth/life/keep_warm'
import { ManualClock } from '#tests/helpers/manual_clock'

function setUp() {
  const clock = new ManualClock()
  const called: number[] = []
  const keepWarm = new KeepWarm(clock, () => called.push(clock.monotonic()))
  return { clock, called, keepWarm }
}

test.group('Keep warm', () => {
  test('calls back once when it is time', async ({ assert }) => {
    const { clock, called, keepWarm } = setUp()
    keepWarm.in(1_000)

    await clock.advance(999)
    assert.deepEqual(called, [])
    await clock.advance(10_000)
    assert.deepEqual(called, [1_000])
  })

  test('a new time takes the place of the old one', async ({ assert }) => {
    const { clock, called, keepWarm } = setUp()
    keepWarm.in(1_000)
    keepWarm.in(3_000)
    assert.equal(clock.pending, 1)

    await clock.advance(10_000)
    assert.deepEqual(called, [3_000])
  })

  test('a time that is only wanted if there is none does not replace one', async ({ assert }) => {
    const { clock, called, keepWarm } = setUp()
    keepWarm.in(1_000)
    keepWarm.unlessSet(3_000)
    await clock.advance(2_000)
    assert.deepEqual(called, [1_000])

    keepWarm.unlessSet(3_000)
    await clock.advance(10_000)
    assert.deepEqual(called, [1_000, 5_000])
  })

  test('nothing is left of it once it is stopped, and it can be started again', async ({
    assert,
  }) => {
    const { clock, called, keepWarm } = setUp()
    keepWarm.in(1_000)
    keepWarm.stop()
    keepWarm.stop()
    assert.equal(clock.pending, 0)
    await clock.advance(10_000)
    assert.deepEqual(called, [])

    keepWarm.in(1)
    await clock.advance(1)
    assert.deepEqual(called, [10_001])
  })

  test('may be set again from its own call', async ({ assert }) => {
    const clock = new ManualClock()
    const called: number[] = []
    const keepWarm: KeepWarm = new KeepWarm(clock, () => {
      called.push(clock.monotonic())
      keepWarm.in(1_000)
    })
    keepWarm.in(1_000)

    await clock.advance(3_500)
    assert.deepEqual(called, [1_000, 2_000, 3_000])
    assert.equal(clock.pending, 1)
  })
})
