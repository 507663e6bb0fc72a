import { test } from '@japa/runner'
import { eventually } from '#tests/helpers/eventually'
import { ManualClock } from '#tests/helpers/manual_clock'
import { gatewayBody } from '#tests/helpers/orange_bodies'
import { startSmsTrial } from '#tests/helpers/sms_trial'

const TOO_MANY = { on: 'sms', kind: 'answer', status: 403, body: gatewayBody(53) } as const

test.group('Orange takes no more requests', () => {
  test('S5 | the send waits as long as Orange asks, and goes out once', async (context) => {
    const { assert } = context
    const clock = new ManualClock()
    const trial = await startSmsTrial(context, { clock })
    await trial.warmUp()
    trial.sandbox.fault({ ...TOO_MANY, headers: { 'Retry-After': '3' } })

    const timers = clock.pending
    const sending = trial.send()
    await eventually(() => clock.pending > timers, 'the send waits')
    await clock.advance(2_999)
    assert.lengthOf(trial.smsRequests(), 2)

    await clock.advance(1)
    assert.equal((await sending).status, 201)
    assert.lengthOf(trial.smsRequests(), 3)
    assert.lengthOf(trial.sandbox.messages, 2)
    assert.lengthOf(trial.tokenRequests(), 1)
    assert.include(trial.events(), 'auth.upstream.throttled')
  })

  test('S5 | it waits for a second where Orange does not say how long', async (context) => {
    const { assert } = context
    const clock = new ManualClock()
    const trial = await startSmsTrial(context, { clock })
    await trial.warmUp()
    trial.sandbox.fault({ ...TOO_MANY, status: 429, headers: { 'Retry-After': 'soon' } })

    const timers = clock.pending
    const sending = trial.send()
    await eventually(() => clock.pending > timers, 'the send waits')
    await clock.advance(999)
    assert.lengthOf(trial.smsRequests(), 2)

    await clock.advance(1)
    assert.equal((await sending).status, 201)
    assert.lengthOf(trial.sandbox.messages, 2)
  })

  test('S5 | a wait beyond the deadline is the caller’s: 429 at once', async (context) => {
    const { assert } = context
    const trial = await startSmsTrial(context)
    await trial.warmUp()
    trial.sandbox.fault({ ...TOO_MANY, headers: { 'Retry-After': '20' } })

    const answer = await trial.send()
    assert.equal(answer.status, 429)
    assert.equal(answer.headers.get('retry-after'), '20')
    assert.containsSubset(answer.body, { code: 'orange_throttled', retryable: true })
    assert.lengthOf(trial.smsRequests(), 2)

    const { row, seen } = await trial.message(answer)
    assert.containsSubset(row, { status: 'failed', reason_code: '53' })
    assert.deepEqual(seen.reason, { code: '53', text: 'Description of 53' })

    assert.equal((await trial.send()).status, 201)
    assert.lengthOf(trial.tokenRequests(), 1, 'the token is not at fault')
  })

  test('S5 | after three tries in vain the caller is told', async (context) => {
    const { assert } = context
    const clock = new ManualClock()
    const trial = await startSmsTrial(context, { clock })
    await trial.warmUp()
    trial.sandbox.fault({ ...TOO_MANY, times: 10 })

    const timers = clock.pending
    const sending = trial.send()
    for (const tries of [1, 2]) {
      await eventually(() => clock.pending > timers, 'the send waits')
      assert.lengthOf(trial.smsRequests(), tries + 1)
      await clock.advance(1_000)
    }

    assert.equal((await sending).status, 429)
    assert.lengthOf(trial.smsRequests(), 4)
    assert.lengthOf(trial.sandbox.messages, 1)
  })
})
