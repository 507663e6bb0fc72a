import { test } from '@japa/runner'
import { ServiceLife } from '#audit/recording/service_life'
import { ManualClock } from '#tests/helpers/manual_clock'
import { RecordingEventRecorder } from '#tests/helpers/recording_event_recorder'

function serviceLife() {
  const clock = new ManualClock()
  const recorder = new RecordingEventRecorder()
  const life = new ServiceLife({
    recorder,
    runs: { end: (event) => recorder.record(event) },
    clock,
    retryMs: 5_000,
    details: { version: '1.2.3' },
  })
  return { clock, recorder, life, types: () => recorder.events.map(({ type }) => type) }
}

test.group('The life of the service', () => {
  test('is recorded when it starts and when it stops', async ({ assert }) => {
    const { life, recorder, types } = serviceLife()

    life.start()
    await life.stop()

    assert.deepEqual(types(), ['service.started', 'service.stopped'])
    assert.deepEqual(recorder.events[0].details, { version: '1.2.3' })
  })

  test('a start during an outage is recorded when it ends, with its own time', async ({
    assert,
  }) => {
    const { life, recorder, clock, types } = serviceLife()
    const startedAt = clock.now()
    recorder.fail()

    life.start()
    await clock.advance(60_000)
    assert.deepEqual(types(), [])

    recorder.fail(false)
    await clock.advance(60_000)
    assert.deepEqual(types(), ['service.started'])
    assert.equal(recorder.events[0].occurredAt, startedAt)
    assert.equal(clock.pending, 0)
  })

  test('a stop during an outage ends, and leaves no timer behind', async ({ assert }) => {
    const { life, recorder, clock, types } = serviceLife()
    recorder.fail()

    life.start()
    await clock.advance(1)
    await life.stop()

    assert.deepEqual(types(), [])
    assert.equal(clock.pending, 0)
  })

  test('a stop records the start that is still due before it', async ({ assert }) => {
    const { life, recorder, clock, types } = serviceLife()
    recorder.fail()
    life.start()
    await clock.advance(1)

    recorder.fail(false)
    await life.stop()

    assert.deepEqual(types(), ['service.started', 'service.stopped'])
  })

  test('a crash is told with the kind of the error and nothing else of it', async ({ assert }) => {
    const { life, recorder, clock, types } = serviceLife()
    life.start()
    await clock.advance(1)

    await life.crash('uncaughtException', 'TypeError')

    assert.deepEqual(types(), ['service.started', 'service.crashed'])
    assert.containSubset(recorder.events[1], {
      outcome: 'failure',
      reasonCode: 'uncaughtException',
      details: { code: 'TypeError' },
    })
  })
})
