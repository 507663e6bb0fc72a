import { test } from '@japa/runner'
import { eventually } from '#tests/helpers/eventually'
import { ManualClock } from '#tests/helpers/manual_clock'
import { startSmsTrial } from '#tests/helpers/sms_trial'

test.group('Orange certainly accepted nothing', () => {
  test('S9 | a busy Orange is asked again, and the SMS goes out once', async (context) => {
    const { assert } = context
    const trial = await startSmsTrial(context)
    trial.sandbox.fault({ on: 'sms', kind: 'answer', status: 503, times: 2 })

    const answer = await trial.send()
    assert.equal(answer.status, 201, JSON.stringify(answer.body))
    assert.lengthOf(trial.smsRequests(), 3)
    assert.lengthOf(trial.sandbox.messages, 1)
    assert.lengthOf(trial.tokenRequests(), 1)
  })

  test('S9 | a busy Orange is left alone for as long as it asks', async (context) => {
    const { assert } = context
    const clock = new ManualClock()
    const trial = await startSmsTrial(context, { clock })
    await trial.warmUp()
    const busy = { on: 'sms', kind: 'answer', status: 503 } as const
    trial.sandbox.fault({ ...busy, headers: { 'Retry-After': '4' } })

    const timers = clock.pending
    const sending = trial.send()
    await eventually(() => clock.pending > timers, 'the send waits')
    await clock.advance(3_999)
    assert.lengthOf(trial.smsRequests(), 2)
    await clock.advance(1)
    assert.equal((await sending).status, 201)

    trial.sandbox.fault({ ...busy, headers: { 'Retry-After': '30' } })
    const answer = await trial.send()
    assert.equal(answer.status, 503)
    assert.equal(answer.headers.get('retry-after'), '30')
    assert.lengthOf(trial.smsRequests(), 4)
  })

  test('S9 | an Orange that stays busy: 503 after three tries', async (context) => {
    const { assert } = context
    const trial = await startSmsTrial(context)
    trial.sandbox.fault({ on: 'sms', kind: 'answer', status: 503, times: 10 })

    const answer = await trial.send()
    assert.equal(answer.status, 503)
    assert.containsSubset(answer.body, { code: 'orange_unavailable', retryable: true })
    assert.equal(answer.headers.get('retry-after'), '5')
    assert.lengthOf(trial.smsRequests(), 3)

    const { row } = await trial.message(answer)
    assert.containsSubset(row, { status: 'failed', reason_code: 'orange_unavailable' })
  })

  test('S9 | a refused connection is tried again until Orange is back', async (context) => {
    const { assert } = context
    const clock = new ManualClock()
    const trial = await startSmsTrial(context, { clock, random: () => 1 })
    await trial.warmUp()
    await trial.sandbox.stop()

    const timers = clock.pending
    const sending = trial.send()
    await eventually(() => clock.pending > timers, 'the send waits')
    await trial.sandbox.restart()
    await clock.advance(500)

    const answer = await sending
    assert.equal(answer.status, 201, JSON.stringify(answer.body))
    assert.lengthOf(trial.sandbox.messages, 2)
    assert.lengthOf(trial.tokenRequests(), 1)
  })

  test('S9 | an Orange that cannot be reached: 503, and nothing was sent', async (context) => {
    const { assert } = context
    const trial = await startSmsTrial(context)
    await trial.warmUp()
    await trial.sandbox.stop()

    const answer = await trial.send()
    assert.equal(answer.status, 503)
    assert.containsSubset(answer.body, { code: 'orange_unavailable', retryable: true })
    assert.equal(answer.headers.get('retry-after'), '5')

    const { row } = await trial.message(answer)
    assert.containsSubset(row, {
      status: 'failed',
      reason_code: 'connection_refused',
      token_fingerprint: null,
    })
    assert.lengthOf(trial.sandbox.messages, 1)
  })
})
