import { test } from '@japa/runner'
import { KeepWarm } from '#oauth/life/keep_warm'
import { LONGEST_DELAY_MS, systemClock } from '#shared/clock'
import { startGateway } from '#tests/helpers/gateway'
import { LateClock } from '#tests/helpers/late_clock'
import { RecordingEventRecorder } from '#tests/helpers/recording_event_recorder'
import { startTokenTrial } from '#tests/helpers/token_trial'

const SECOND = 1_000
const MINUTE = 60 * SECOND

test.group('C6 | timers ring late', () => {
  test('held up past the renewal: the next send is served, and renews', async (context) => {
    const { assert } = context
    const clock = new LateClock()
    const trial = await startTokenTrial(context, { clock })
    await trial.send()

    clock.holdUp(55 * MINUTE)
    assert.equal(await trial.sendStatus(), 201)
    await trial.tokens.settled()
    assert.lengthOf(trial.tokenRequests(), 2)
    assert.include(trial.events(), 'auth.token.refreshed (due)')
  })

  test('held up for 30 s across the end: the old token is not sent', async (context) => {
    const { assert } = context
    const clock = new LateClock()
    const sandbox = { tokenLifeSeconds: 30 }
    const trial = await startTokenTrial(context, { clock, sandbox })
    await trial.send()

    clock.holdUp(30 * SECOND)
    assert.equal(await trial.sendStatus(), 201)
    assert.lengthOf(trial.tokenRequests(), 2)
    assert.isEmpty(trial.smsRequests().filter(({ status }) => status !== 201))

    await clock.advance(14 * SECOND)
    await trial.tokens.settled()
    assert.isAtMost(trial.tokenRequests().length, 3)
  })
})

test.group('C7 | lives longer than a timer can count', () => {
  test('a token of a million seconds is asked for once', async (context) => {
    const { assert } = context
    const overflows = countOverflows(context)
    const recorder = new RecordingEventRecorder()
    const oauth = { refreshThresholdMs: 0 }
    const gateway = await startGateway(context, { recorder, oauth })
    gateway.sandbox.configure({ tokenLifeSeconds: 31_536_000 })

    await gateway.send()
    await realTimers(50)
    assert.lengthOf(gateway.tokenRequests(), 1)
    assert.equal(overflows(), 0)
  })

  test('a look at a token in 25 days does not happen at once', async (context) => {
    const { assert } = context
    const overflows = countOverflows(context)
    const looks: number[] = []
    const keepWarm = new KeepWarm(systemClock, () => looks.push(performance.now()))
    context.cleanup(() => keepWarm.stop())

    for (const delay of [LONGEST_DELAY_MS, LONGEST_DELAY_MS + 1, 2 ** 40, Infinity]) {
      keepWarm.in(delay)
      await realTimers(5)
    }
    assert.isEmpty(looks)
    assert.equal(overflows(), 0)

    keepWarm.in(-1)
    await realTimers(5)
    assert.lengthOf(looks, 1)
  })
})

/** Resolves after as many rounds of real timers as would let a timer of 1 ms ring. */
async function realTimers(rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    await new Promise<void>((resolve) => setTimeout(resolve, 1))
  }
}

/** Node warns when it makes 1 ms of a delay that is too long. */
function countOverflows({ cleanup }: Parameters<typeof startTokenTrial>[0]): () => number {
  let overflows = 0
  const count = ({ name }: Error) => (overflows += Number(name === 'TimeoutOverflowWarning'))

  process.on('warning', count)
  cleanup(() => void process.off('warning', count))
  return () => overflows
}
