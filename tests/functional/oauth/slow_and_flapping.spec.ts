import { randomInt } from 'node:crypto'
import { test } from '@japa/runner'
import { eventually } from '#tests/helpers/eventually'
import { assertUnavailable } from '#tests/helpers/failed_token_request'
import type { ApiAnswer } from '#tests/helpers/gateway'
import { assertKeepsSecrets } from '#tests/helpers/kept_secrets'
import { passTimeUntilDone } from '#tests/helpers/pass_time'
import { seededRandom } from '#tests/helpers/seeded_random'
import { startTokenTrial, type TokenTrial } from '#tests/helpers/token_trial'

const SEED = Number(process.env.TEST_SEED ?? randomInt(2 ** 31))

test.group('T27 | the answer comes after its caller has left', () => {
  test('the next caller finds the token, whose life began when it was asked for', async (context) => {
    const { assert } = context
    const trial = await startTokenTrial(context)
    const askedAt = trial.clock.now()
    trial.sandbox.fault({ on: 'token', kind: 'delay', delayMs: 300 })

    const sending = trial.send()
    await eventually(() => trial.tokenRequests().length === 1, 'the token request')
    await trial.clock.advance(5_000)
    const left = await sending
    assertUnavailable(assert, left, { reason: 'timeout', pauseMs: 1_000 })
    assert.deepEqual(trial.events(), ['auth.token.requested (absent)'])

    await trial.tokens.settled()
    const next = await trial.send()
    const health = await trial.health()
    assert.equal(next.status, 201)
    assert.lengthOf(trial.tokenRequests(), 1)
    assert.lengthOf(trial.sandbox.messages, 1)
    assert.containsSubset(health.body, {
      details: {
        tokenInfo: {
          issuedAt: new Date(askedAt).toISOString(),
          expiresAt: new Date(askedAt + 3_600_000).toISOString(),
        },
      },
    })
    assert.equal(trial.events().at(-1), 'auth.token.generated (absent)')
    assertKeepsSecrets(assert, trial, { answers: [left, next, health] })
  })

  test('callers who come meanwhile wait for the same request', async (context) => {
    const { assert } = context
    const trial = await startTokenTrial(context)
    trial.sandbox.fault({ on: 'token', kind: 'delay', delayMs: 300 })

    const first = trial.send()
    await eventually(() => trial.tokenRequests().length === 1, 'the token request')
    await trial.clock.advance(100)
    const left = await first
    assert.equal(left.status, 503)

    const later = await Promise.all(Array.from({ length: 20 }, () => trial.send()))
    assert.deepEqual([...new Set(later.map(({ status }) => status))], [201])
    assert.lengthOf(trial.tokenRequests(), 1)
    assert.lengthOf(trial.sandbox.messages, 20)
  })
})

test.group(`T28 | half of the token requests fail, and the others are slow (seed ${SEED})`, () => {
  test('every send ends well or says when to come back, and nothing is sent twice', async (context) => {
    const { assert } = context
    const trial = await startFlapping(context)
    const answers: ApiAnswer[] = []

    for (let round = 0; round < 25; round++) {
      await trial.clear()
      const sends = Promise.all(Array.from({ length: 4 }, () => trial.send()))
      answers.push(...(await passTimeUntilDone(trial.clock, sends)))
      await trial.clock.advance(comeBackMs(answers.at(-1)!))
    }

    const accepted = answers.filter(({ status }) => status === 201)
    assert.lengthOf(trial.sandbox.messages, accepted.length)
    for (const answer of answers.filter(({ status }) => status !== 201)) {
      assert.equal(answer.body.code, 'token_unavailable')
      assert.isAtLeast(comeBackMs(answer), 1_000)
    }
    assert.isAtLeast(accepted.length, answers.length / 2)
    assert.isAtMost(mostInOneSecond(trial), 25)
    assertKeepsSecrets(assert, trial, { answers })
  })

  test('whoever comes back when told to is served in the end', async (context) => {
    const { assert } = context
    const trial = await startFlapping(context)
    let tries = 0
    let answer: ApiAnswer

    do {
      answer = await passTimeUntilDone(trial.clock, trial.send())
      await trial.clock.advance(comeBackMs(answer))
    } while (answer.status === 503 && ++tries < 20)

    assert.equal(answer.status, 201)
    assert.isAtMost(trial.tokenRequests().length, 3 * (tries + 1))
    assert.lengthOf(trial.sandbox.messages, 1)
  })
})

async function startFlapping(context: Parameters<typeof startTokenTrial>[0]): Promise<TokenTrial> {
  const trial = await startTokenTrial(context, {
    random: seededRandom(SEED),
    sandbox: { random: seededRandom(SEED + 1) },
    oauth: { waitMs: 10_000 },
  })
  trial.sandbox.fault(
    { on: 'token', kind: 'answer', status: 503, probability: 0.5 },
    { on: 'token', kind: 'delay', delayMs: 0, jitterMs: 9, probability: 0.999 }
  )
  return trial
}

function comeBackMs({ headers }: ApiAnswer): number {
  return Number(headers.get('retry-after') ?? 0) * 1_000
}

/** The most token requests that arrived within one second of the sandbox's clock. */
function mostInOneSecond(trial: TokenTrial): number {
  const arrivals = trial.tokenRequests().map(({ at }) => Date.parse(at))
  const within = (from: number) => arrivals.filter((at) => at >= from && at < from + 1_000).length
  return Math.max(...arrivals.map(within))
}
