import { test } from '@japa/runner'
import type { AnswerFault } from '#orange/sandbox/faults/fault'
import type { Cancel } from '#shared/clock'
import { eventually } from '#tests/helpers/eventually'
import { assertFailedTokenRequest, assertRecovery } from '#tests/helpers/failed_token_request'
import { ManualClock } from '#tests/helpers/manual_clock'
import { startTokenTrial } from '#tests/helpers/token_trial'

/** The highest draw lengthens the wait that a server asks for by a tenth. */
const LONGEST_JITTER = 1.1

const NOW = Date.UTC(2026, 0, 1)

const inSeconds = (seconds: number) => new Date(NOW + seconds * 1000).toUTCString()

const asking = (retryAfter: string, date?: string): Partial<AnswerFault> => ({
  status: 429,
  headers: { 'Retry-After': retryAfter, ...(date ? { Date: date } : {}) },
})

const THROTTLED: Record<string, { answer: Partial<AnswerFault>; pauseMs: number }> = {
  '403 with code 53': {
    answer: { status: 403, body: JSON.stringify({ code: 53, message: 'Too many requests' }) },
    pauseMs: 1_000,
  },
  '429 without Retry-After': { answer: { status: 429 }, pauseMs: 1_000 },
  '429, 0 s': { answer: asking('0'), pauseMs: 1_000 },
  '429, 7 s': { answer: asking('7'), pauseMs: 7_000 * LONGEST_JITTER },
  '429, an hour': { answer: asking('3600'), pauseMs: 300_000 },
  '429, 10^9 s': { answer: asking('1000000000'), pauseMs: 300_000 },
  '429, 10^20 s': { answer: asking('1'.padEnd(21, '0')), pauseMs: 300_000 },
  '429, a negative number': { answer: asking('-5'), pauseMs: 1_000 },
  '429, a fraction': { answer: asking('1.5'), pauseMs: 1_000 },
  '429, garbage': { answer: asking('garbage'), pauseMs: 1_000 },
  '429, garbage with a year in it': {
    answer: asking('soon 2099', inSeconds(0)),
    pauseMs: 1_000,
  },
  "429, a date 20 s after the answer's own": {
    answer: asking(inSeconds(20), inSeconds(0)),
    pauseMs: 20_000 * LONGEST_JITTER,
  },
  '429, a date from a clock ten minutes ahead of ours': {
    answer: asking(inSeconds(620), inSeconds(600)),
    pauseMs: 20_000 * LONGEST_JITTER,
  },
  '429, a date that is past': { answer: asking(inSeconds(-20), inSeconds(0)), pauseMs: 1_000 },
}

test.group('T20 | a server that asks for patience', () => {
  test('{$self}')
    .with(Object.keys(THROTTLED))
    .run(async (context, title) => {
      const { assert } = context
      const { answer, pauseMs } = THROTTLED[title]
      const trial = await startTokenTrial(context)

      await assertFailedTokenRequest(assert, trial, {
        misbehave: () => trial.sandbox.fault({ on: 'token', kind: 'answer', ...answer }),
        expected: {
          reason: `http_${answer.status}`,
          pauseMs,
          failureEvents: ['auth.token.request_failed', 'auth.upstream.throttled'],
        },
      })
      await assertRecovery(assert, trial)
    })

  test('callers who can wait all wait for one request', async (context) => {
    const { assert } = context
    const trial = await startTokenTrial(context, { oauth: { waitMs: 10_000 } })
    trial.sandbox.fault({ on: 'token', kind: 'answer', ...asking('2') })

    const sends = Array.from({ length: 50 }, () => trial.send())
    await eventually(() => trial.clock.pending >= 50, 'all wait')
    await trial.tokens.settled()
    assert.lengthOf(trial.tokenRequests(), 1)
    await trial.clock.advance(2_199)
    assert.lengthOf(trial.tokenRequests(), 1)

    await trial.clock.advance(1)
    const answers = await Promise.all(sends)
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [201])
    assert.lengthOf(trial.tokenRequests(), 2)
    assert.lengthOf(trial.sandbox.messages, 50)
  })
})

/** No two of its alarms ring at the same time. */
class UnevenClock extends ManualClock {
  #alarms = 0

  override after(delayMs: number, callback: () => void): Cancel {
    return super.after(delayMs + this.#alarms++, callback)
  }
}

test.group('T20 | the pause is over, and one caller is late', () => {
  test('the token that another one has brought is taken', async (context) => {
    const { assert } = context
    const clock = new UnevenClock()
    const trial = await startTokenTrial(context, { clock, oauth: { waitMs: 10_000 } })
    trial.sandbox.fault({ on: 'token', kind: 'answer', ...asking('2') })

    const sends = Promise.all([trial.send(), trial.send(), trial.send()])
    await eventually(() => clock.pending >= 3, 'all wait')
    await trial.tokens.settled()
    await clock.advance(2_199)

    for (let ms = 0; ms < 20; ms++) {
      await clock.advance(1)
      await trial.tokens.settled()
    }
    const answers = await sends
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [201])
    assert.lengthOf(trial.tokenRequests(), 2)
  })
})
