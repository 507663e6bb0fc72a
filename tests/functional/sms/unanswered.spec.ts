import { test } from '@japa/runner'
import type { Fault } from '#orange/sandbox/faults/fault'
import { startSmsTrial } from '#tests/helpers/sms_trial'

test.group('Nobody knows whether Orange accepted', () => {
  test('S8 | no answer although Orange accepted: unknown, and never sent again', async (context) => {
    const { assert } = context
    const trial = await startSmsTrial(context, { smsDeadlineMs: 300 })
    const first = await trial.message(await trial.warmUp())
    trial.sandbox.fault({ on: 'sms', kind: 'accept-then-hang' })

    const answer = await trial.send()
    assert.equal(answer.status, 202)
    assert.containsSubset(answer.body.data, { status: 'unknown', resourceId: null })
    assert.lengthOf(trial.smsRequests(), 2)
    assert.lengthOf(trial.sandbox.messages, 2)
    assert.lengthOf(trial.tokenRequests(), 1)

    const { row, seen } = await trial.message(answer)
    assert.containsSubset(row, {
      status: 'unknown',
      reason_code: 'timeout',
      resource_id: null,
      token_fingerprint: first.row.token_fingerprint,
    })
    assert.containsSubset(seen, { status: 'unknown', reason: { code: 'timeout' } })
    assert.isString(seen.finishedAt)
  })

  test('S8 | {name}: unknown, one request')
    .with<{ name: string; fault: Fault; reason: string }[]>([
      { name: 'no answer', fault: { on: 'sms', kind: 'hang' }, reason: 'timeout' },
      { name: 'a head only', fault: { on: 'sms', kind: 'stall' }, reason: 'timeout' },
      { name: 'a byte at a time', fault: { on: 'sms', kind: 'drip' }, reason: 'timeout' },
      {
        name: 'a reset before the answer',
        fault: { on: 'sms', kind: 'reset', at: 'answer', accepted: true },
        reason: 'connection_reset',
      },
      {
        name: 'a reset in the middle of the request',
        fault: { on: 'sms', kind: 'reset' },
        reason: 'connection_reset',
      },
      {
        name: 'a reset in the middle of the answer',
        fault: { on: 'sms', kind: 'reset', at: 'body' },
        reason: 'truncated',
      },
      { name: 'an answer cut short', fault: { on: 'sms', kind: 'truncate' }, reason: 'truncated' },
      { name: 'an endless answer', fault: { on: 'sms', kind: 'oversize' }, reason: 'too_large' },
      { name: 'a bomb', fault: { on: 'sms', kind: 'bomb', bytes: 2 ** 21 }, reason: 'too_large' },
      {
        name: 'chunks that are none',
        fault: { on: 'sms', kind: 'bad-chunks', accepted: true },
        reason: 'malformed',
      },
    ])
    .run(async (context, { fault, reason }) => {
      const { assert } = context
      const trial = await startSmsTrial(context, { smsDeadlineMs: 400 })
      const first = await trial.message(await trial.warmUp())
      trial.sandbox.fault(fault)

      const answer = await trial.send()
      assert.equal(answer.status, 202, JSON.stringify(answer.body))
      assert.lengthOf(trial.smsRequests(), 2)
      assert.isAtMost(trial.sandbox.messages.length, 2)

      const { row } = await trial.message(answer)
      assert.containsSubset(row, {
        status: 'unknown',
        reason_code: reason,
        token_fingerprint: first.row.token_fingerprint,
      })
      assert.equal((await trial.send()).status, 201, 'the next SMS is not affected')
    })
})
