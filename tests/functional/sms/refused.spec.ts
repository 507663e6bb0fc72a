import { test } from '@japa/runner'
import { startSmsTrial } from '#tests/helpers/sms_trial'

test.group('Orange refuses for good', () => {
  test('S6 | {code} {reason}: Orange’s reason reaches the caller, the token stays')
    .with([
      { recipient: '+221770009301', code: 'POL0001', reason: 'Expired contract' },
      { recipient: '+221770009302', code: 'POL0001', reason: 'No contract for this country' },
      { recipient: '+221770009303', code: 'POL0001', reason: 'Insufficient balance' },
      {
        recipient: '+221770009450',
        code: '50',
        reason: 'The application that makes the request is not authorized to access this endpoint.',
      },
    ])
    .run(async (context, { recipient, code, reason }) => {
      const { assert } = context
      const trial = await startSmsTrial(context)

      const answer = await trial.send({ to: recipient })
      assert.equal(answer.status, 502)
      assert.containsSubset(answer.body, { code: 'orange_refused', retryable: false })
      assert.include(String(answer.body.detail), `: ${reason}`)
      assert.isNull(answer.headers.get('retry-after'))

      const { row, seen } = await trial.message(answer)
      assert.containsSubset(row, { status: 'failed', reason_code: code, reason, resource_id: null })
      assert.deepEqual(seen.reason, { code, text: reason })

      assert.equal((await trial.send()).status, 201)
      assert.lengthOf(trial.tokenRequests(), 1)
      assert.lengthOf(trial.smsRequests(), 2)
      assert.lengthOf(trial.sandbox.messages, 1)
    })

  test('S7 | {code}: the request is refused once, with Orange’s reason')
    .with([
      { recipient: '+221770009002', code: 'SVC0002', reason: 'address' },
      { recipient: '+221770009003', code: 'SVC0003', reason: 'address, mobile numbers' },
      { recipient: '+221770009004', code: 'SVC0004', reason: 'address' },
      { recipient: '+221770009280', code: 'SVC0280', reason: '160' },
    ])
    .run(async (context, { recipient, code, reason }) => {
      const { assert } = context
      const trial = await startSmsTrial(context)

      const answer = await trial.send({ to: recipient, message: 'Nobody else may read this' })
      assert.equal(answer.status, 422)
      assert.containsSubset(answer.body, { code: 'orange_refused_request', retryable: false })
      assert.include(String(answer.body.detail), `: ${reason}`)
      assert.lengthOf(trial.smsRequests(), 1)
      assert.lengthOf(trial.tokenRequests(), 1)

      const { row } = await trial.message(answer)
      assert.containsSubset(row, { status: 'failed', reason_code: code, reason })
      const kept = JSON.stringify([row, trial.recorder.events, trial.logs])
      assert.notInclude(kept, recipient.slice(1))
      assert.notInclude(kept, 'Nobody else')
    })

  test('S7 | a service failure of Orange’s platform says nothing of the SMS: unknown', async (context) => {
    const { assert } = context
    const trial = await startSmsTrial(context)

    const answer = await trial.send({ to: '+221770009001' })
    assert.equal(answer.status, 202)
    assert.lengthOf(trial.smsRequests(), 1)
    const { row } = await trial.message(answer)
    assert.containsSubset(row, {
      status: 'unknown',
      reason_code: 'SVC0001',
      reason: 'SMS platform failure',
    })
  })
})

test.group('Orange repeats what we sent', () => {
  const message = 'Your test result has arrived: call us'

  test('S13 | neither token nor text nor number is kept or passed on: {status}')
    .with([{ status: 400 }, { status: 401 }, { status: 403 }, { status: 500 }, { status: 201 }])
    .run(async (context, { status }) => {
      const { assert } = context
      const trial = await startSmsTrial(context)
      await trial.warmUp()
      const token = (await trial.tokens.getAccessToken()).authorization.release()
      trial.sandbox.fault({ on: 'sms', kind: 'echo', status, times: 2 })

      const answer = await trial.send({ message, to: '+221775551234' })
      assert.isTrue(answer.status !== 201 && answer.status !== 500, String(answer.status))
      const { row, seen } = await trial.message(answer)

      const told = JSON.stringify([answer.body, [...answer.headers], { ...seen, to: '' }])
      const kept = JSON.stringify([row, trial.recorder.events, trial.logs])
      for (const text of [told.replace('+221775551234', ''), kept]) {
        assert.notInclude(text, token.slice('Bearer '.length))
        assert.notInclude(text, message.slice(0, 12))
        assert.notInclude(text, message.slice(-12))
        assert.notInclude(text, '775551234')
        assert.notInclude(text, 'eyJ2')
      }
    })
})
