import { test } from '@japa/runner'
import { eventually } from '#tests/helpers/eventually'
import { ManualClock } from '#tests/helpers/manual_clock'
import { startSmsTrial } from '#tests/helpers/sms_trial'
import type { TestContext } from '@japa/runner/core'

const LIFE_MS = 100_000
const LAST_MOMENTS_MS = 2_000

/** One millisecond before its last moments, with a token that could not be renewed. */
async function nearTheEnd(context: TestContext) {
  const clock = new ManualClock()
  const trial = await startSmsTrial(context, {
    clock,
    sandbox: { tokenLifeSeconds: LIFE_MS / 1000 },
  })
  await trial.warmUp()
  trial.sandbox.fault({ on: 'token', kind: 'answer', status: 503 })
  clock.jump(LIFE_MS - LAST_MOMENTS_MS - 1)
  return { ...trial, clock }
}

test.group('The end of a token’s life', () => {
  test('S12 | a token is not sent in its last moments', async (context) => {
    const { assert } = context
    const trial = await nearTheEnd(context)
    const { row: first } = await trial.message(await trial.send())
    await trial.tokens.settled()
    assert.lengthOf(trial.tokenRequests(), 2, 'one of them in vain')

    trial.clock.jump(1)
    const { row: second } = await trial.message(await trial.send())
    assert.lengthOf(trial.tokenRequests(), 3)
    assert.notEqual(first.token_fingerprint, second.token_fingerprint)
    assert.deepEqual(
      trial.smsRequests().map(({ status }) => status),
      [201, 201, 201]
    )
  })

  test('S12 | a token that expires on its way is renewed, and the SMS sent once', async (context) => {
    const { assert } = context
    const trial = await nearTheEnd(context)
    trial.sandbox.fault({ on: 'sms', kind: 'delay', delayMs: 200 })

    const sending = trial.send()
    await eventually(() => trial.smsRequests().length === 2, 'the send reached Orange')
    trial.clock.jump(LAST_MOMENTS_MS + 1)

    assert.equal((await sending).status, 201)
    assert.deepEqual(
      trial.smsRequests().map(({ status }) => status),
      [201, 401, 201]
    )
    assert.lengthOf(trial.tokenRequests(), 3, 'one of them in vain')
    assert.lengthOf(trial.sandbox.messages, 2)
  })
})
