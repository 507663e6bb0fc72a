import { test } from '@japa/runner'
import { assertRecovery } from '#tests/helpers/failed_token_request'
import { startTokenTrial, type TokenTrial } from '#tests/helpers/token_trial'

test.group('Pauses grow with failures in a row', () => {
  test('transient ones double from half a second to a minute', async (context) => {
    const trial = await startTokenTrial(context)
    trial.sandbox.fault({ on: 'token', kind: 'answer', status: 500, times: 9 })

    const seen = await pausesOf(trial, 9)
    const expected = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]
    context.assert.deepEqual(seen, expected)
    context.assert.lengthOf(trial.tokenRequests(), 9)
    await assertRecovery(context.assert, trial)
  })

  test('the lowest draw asks again at once', async (context) => {
    const trial = await startTokenTrial(context, { random: () => 0 })
    trial.sandbox.fault({ on: 'token', kind: 'answer', status: 500, times: 2 })

    context.assert.equal(await trial.sendStatus(), 201)
    context.assert.lengthOf(trial.tokenRequests(), 3)
  })

  test('after a success they begin anew', async (context) => {
    const trial = await startTokenTrial(context)
    trial.sandbox.fault({ on: 'token', kind: 'answer', status: 500, times: 3 })
    await pausesOf(trial, 3)
    await trial.send()
    await trial.clear()

    trial.sandbox.fault({ on: 'token', kind: 'answer', status: 500 })
    context.assert.deepEqual(await pausesOf(trial, 1), [500])
  })

  test('those for good reasons stay at five minutes', async (context) => {
    const trial = await startTokenTrial(context)
    trial.sandbox.fault({ on: 'token', kind: 'answer', status: 404, times: 3 })

    context.assert.deepEqual(await pausesOf(trial, 3), [300_000, 300_000, 300_000])
  })
})

/** The pauses after as many failed sends, each sent when the pause before it has just ended. */
async function pausesOf(trial: TokenTrial, sends: number): Promise<number[]> {
  const seen: number[] = []

  for (let sent = 0; sent < sends; sent++) {
    await trial.send()
    const { details } = await trial.healthBody()
    const { pause } = details as { pause: { until: string } }
    const length = Date.parse(pause.until) - trial.clock.now()
    seen.push(length)
    await trial.clock.advance(length)
  }
  return seen
}
