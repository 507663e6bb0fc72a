import { test } from '@japa/runner'
import { LoggerFactory } from '@adonisjs/core/factories/logger'
import { UnreadableRecord } from '#oauth/errors'
import { StoreOutage } from '#oauth/sharing/store_outage'
import { ManualClock } from '#tests/helpers/manual_clock'
import { RecordingEventRecorder } from '#tests/helpers/recording_event_recorder'

const SECOND = 1_000

function setUp() {
  const clock = new ManualClock()
  const recorder = new RecordingEventRecorder()
  const logs: string[] = []
  const logger = new LoggerFactory().merge({ enabled: true }).pushLogsTo(logs).create()
  const outage = new StoreOutage({ store: 'redis', patienceMs: 250, clock, recorder, logger })
  const works = { now: true }
  outage.beforeReturn({
    async run() {
      if (!works.now) throw new Error('still down')
    },
  })

  const fails = () =>
    outage.attempt(
      () => Promise.reject(new Error('down')),
      async () => 'here'
    )
  const events = () =>
    recorder.events.map(({ type, reasonCode }) => (reasonCode ? `${type} (${reasonCode})` : type))
  return { clock, recorder, logs, outage, works, fails, events }
}

const there = async () => 'there'
const here = async () => 'here'
const never = () => new Promise<string>(() => {})

test.group('Outage of a store', () => {
  test('there is none while it answers', async ({ assert }) => {
    const { outage, events } = setUp()
    assert.equal(await outage.attempt(there, here), 'there')
    assert.isFalse(outage.degraded)
    assert.isEmpty(events())
    assert.equal(outage.allowCall(), 0)
  })

  test('begins with the first failure, and is told once', async ({ assert }) => {
    const { clock, outage, works, fails, events, logs } = setUp()
    works.now = false

    assert.equal(await fails(), 'here')
    assert.equal(await fails(), 'here')
    assert.isTrue(outage.degraded)
    await clock.advance(10 * SECOND)
    assert.deepEqual(events(), ['store.unavailable (Error)'])
    assert.lengthOf(logs, 1)
    assert.notInclude(logs[0], 'still down')
  })

  test('begins when the store takes too long', async ({ assert }) => {
    const { clock, outage, works, events } = setUp()
    works.now = false
    const answer = outage.attempt(never, here)
    await clock.advance(250)
    assert.equal(await answer, 'here')
    assert.deepEqual(events(), ['store.unavailable (timeout)'])
  })

  test('nobody asks the store meanwhile', async ({ assert }) => {
    const { outage, works, fails } = setUp()
    works.now = false
    await fails()
    assert.equal(await outage.attempt(never, here), 'here')
  })

  test('ends by itself when everything about the store works again', async ({ assert }) => {
    const { clock, outage, works, fails, events } = setUp()
    works.now = false
    await fails()
    await clock.advance(3 * SECOND)
    assert.isTrue(outage.degraded)

    works.now = true
    await clock.advance(SECOND)
    assert.isFalse(outage.degraded)
    assert.deepEqual(events(), ['store.unavailable (Error)', 'store.restored'])
    assert.equal(await outage.attempt(there, here), 'there')
  })

  test('that cannot be recorded is told when that works again', async ({ assert }) => {
    const { clock, recorder, works, fails, events } = setUp()
    works.now = false
    recorder.fail()
    await fails()
    await clock.advance(3 * SECOND)
    assert.isEmpty(events())

    recorder.fail(false)
    await clock.advance(SECOND)
    assert.deepEqual(events(), ['store.unavailable (Error)'])
  })

  test('a row that cannot be read is no outage', async ({ assert }) => {
    const { outage } = setUp()
    const unreadable = () => Promise.reject(new UnreadableRecord('corrupt'))
    await assert.rejects(() => outage.attempt(unreadable, here), 'A stored token cannot be read.')
    assert.isFalse(outage.degraded)
  })

  test('while it lasts, four token requests a minute are allowed', async ({ assert }) => {
    const { outage, works, fails } = setUp()
    works.now = false
    await fails()
    const waits = Array.from({ length: 5 }, () => outage.allowCall())
    assert.deepEqual(waits, [0, 0, 0, 0, 60_000])
  })

  test('when it is closed, nothing is tried any more', async ({ assert }) => {
    const { clock, outage, works, fails } = setUp()
    works.now = false
    await fails()
    await outage.close()
    assert.equal(clock.pending, 0)
  })
})
