import { test } from '@japa/runner'
import { assertKeepsSecrets } from '#tests/helpers/kept_secrets'
import { LateClock } from '#tests/helpers/late_clock'
import { ManualClock } from '#tests/helpers/manual_clock'
import { startTokenTrial, type TokenTrial } from '#tests/helpers/token_trial'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const DISTANCES: Record<string, number> = { 'an hour': HOUR, 'a day': DAY }

/** Orange's own clock, which goes on undisturbed while ours jumps. */
function steadily(clock: ManualClock) {
  const start = clock.now()
  return { clock: { now: () => start + clock.monotonic() } }
}

async function startJumpTrial(context: Parameters<typeof startTokenTrial>[0]) {
  const clock = new ManualClock()
  return startTokenTrial(context, { clock, sandbox: steadily(clock) })
}

function refusedSends(trial: TokenTrial): unknown[] {
  return trial.smsRequests().filter(({ status }) => status !== 201)
}

function jumps(trial: TokenTrial) {
  return trial.recorder.events.filter(({ type }) => type === 'clock.jump_detected')
}

test.group('C1 | the wall clock is set forward', () => {
  test('by {$self}: one request more, and the trail says why')
    .with(Object.keys(DISTANCES))
    .run(async (context, distance) => {
      const { assert } = context
      const trial = await startJumpTrial(context)
      await trial.send()

      trial.clock.jump(DISTANCES[distance])
      for (let sent = 0; sent < 5; sent++) assert.equal(await trial.sendStatus(), 201)

      assert.lengthOf(trial.tokenRequests(), 2)
      assert.lengthOf(jumps(trial), 1)
      assert.deepEqual(jumps(trial)[0].details, { driftMs: DISTANCES[distance] })
      assert.isEmpty(refusedSends(trial))
      assertKeepsSecrets(assert, trial, { answers: [await trial.health()] })
    })

  test('a pause ends with it, for one try', async (context) => {
    const { assert } = context
    const trial = await startJumpTrial(context)
    trial.sandbox.fault({ on: 'token', kind: 'answer', status: 404 })
    assert.equal(await trial.sendStatus(), 503)

    trial.clock.jump(HOUR)
    assert.equal(await trial.sendStatus(), 201)
    assert.lengthOf(trial.tokenRequests(), 2)
  })
})

test.group('C2 | the wall clock is set back', () => {
  test('by {$self}: the token is given up when its time has really passed')
    .with(Object.keys(DISTANCES))
    .run(async (context, distance) => {
      const { assert } = context
      const trial = await startJumpTrial(context)
      await trial.send()
      trial.clock.jump(-DISTANCES[distance])

      for (let minute = 0; minute < 120; minute++) {
        await trial.clock.advance(MINUTE)
        await trial.tokens.settled()
        assert.equal(await trial.sendStatus(), 201)
      }
      assert.isEmpty(refusedSends(trial))
      assert.lengthOf(trial.sandbox.messages, 121)
      assert.lengthOf(trial.tokenRequests(), 3)
      assert.deepEqual(jumps(trial)[0].details, { driftMs: -DISTANCES[distance] })
    })

  test('by {$self}, and no timer rings: the token that is over is not sent')
    .with(Object.keys(DISTANCES))
    .run(async (context, distance) => {
      const { assert } = context
      const clock = new LateClock()
      const trial = await startTokenTrial(context, { clock, sandbox: steadily(clock) })
      await trial.send()

      clock.jump(-DISTANCES[distance])
      clock.holdUp(HOUR)
      assert.equal(await trial.sendStatus(), 201)
      assert.lengthOf(trial.tokenRequests(), 2)
      assert.isEmpty(refusedSends(trial))
    })

  test('by {$self}: a pause is not prolonged')
    .with(Object.keys(DISTANCES))
    .run(async (context, distance) => {
      const { assert } = context
      const trial = await startJumpTrial(context)
      trial.sandbox.fault({ on: 'token', kind: 'answer', status: 429 })
      assert.equal(await trial.sendStatus(), 503)

      trial.clock.jump(-DISTANCES[distance])
      assert.equal(await trial.sendStatus(), 503)
      await trial.clock.advance(1_100)
      assert.equal(await trial.sendStatus(), 201)
      assert.lengthOf(trial.tokenRequests(), 2)
    })
})

test.group('C3 | the machine sleeps', () => {
  test('two hours: the token is looked at again before it is used', async (context) => {
    const { assert } = context
    const trial = await startTokenTrial(context)
    await trial.send()

    trial.clock.jump(2 * HOUR)
    const health = await trial.health()
    assert.containsSubset(health.body, { details: { authenticated: false, headroomSeconds: 0 } })

    assert.equal(await trial.sendStatus(), 201)
    assert.lengthOf(trial.tokenRequests(), 2)
    assert.isEmpty(refusedSends(trial))
  })

  test('five minutes: the token is used as before', async (context) => {
    const { assert } = context
    const trial = await startTokenTrial(context)
    await trial.send()

    trial.clock.jump(5 * MINUTE)
    assert.equal(await trial.sendStatus(), 201)
    assert.lengthOf(trial.tokenRequests(), 1)
  })
})
