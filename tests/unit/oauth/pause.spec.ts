import { test } from '@japa/runner'
import { pauseAfter, remainingPause, type Failure, type Pause } from '#oauth/life/pause'
import { seededRandom } from '#tests/helpers/seeded_random'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const NOW = Date.UTC(2026, 0, 1)

type Case = Failure & { earlier?: number; draw?: number; length: number }

const LENGTHS: Record<string, Omit<Case, 'reason'>> = {
  'transient, the first time': { verdict: 'transient', length: 500 },
  'transient, the second time': { verdict: 'transient', earlier: 1, length: 1_000 },
  'transient, the seventh time': { verdict: 'transient', earlier: 6, length: 32_000 },
  'transient, the eighth time': { verdict: 'transient', earlier: 7, length: MINUTE },
  'transient, for the thousandth time': { verdict: 'transient', earlier: 999, length: MINUTE },
  'transient, with luck': { verdict: 'transient', earlier: 7, draw: 0, length: 0 },
  'transient, with half of it': { verdict: 'transient', draw: 0.5, length: 250 },
  'transient, with a longer wait asked for': {
    verdict: 'transient',
    retryAfterMs: 7_000,
    length: 7_000,
  },
  'transient, with a shorter wait asked for': {
    verdict: 'transient',
    earlier: 3,
    retryAfterMs: 10,
    length: 4_000,
  },
  'transient, with an hour asked for': {
    verdict: 'transient',
    retryAfterMs: 60 * MINUTE,
    length: MINUTE,
  },
  'throttled, for as long as asked': {
    verdict: 'throttled',
    retryAfterMs: 30 * SECOND,
    draw: 0,
    length: 30 * SECOND,
  },
  'throttled, and up to a tenth longer': {
    verdict: 'throttled',
    retryAfterMs: 30 * SECOND,
    length: 33 * SECOND,
  },
  'throttled, with nothing asked for': { verdict: 'throttled', length: SECOND },
  'throttled, with a negative wait asked for': {
    verdict: 'throttled',
    retryAfterMs: -5_000,
    length: SECOND,
  },
  'throttled, with a day asked for': {
    verdict: 'throttled',
    retryAfterMs: 24 * 60 * MINUTE,
    length: 5 * MINUTE,
  },
  'throttled, whatever went before': {
    verdict: 'throttled',
    earlier: 50,
    retryAfterMs: 2 * SECOND,
    draw: 0,
    length: 2 * SECOND,
  },
  'terminal': { verdict: 'terminal', length: 5 * MINUTE },
  'terminal, a shorter wait asked for': {
    verdict: 'terminal',
    retryAfterMs: SECOND,
    length: 5 * MINUTE,
  },
  'terminal for one key': { verdict: 'terminal_for_key', length: 5 * MINUTE },
  'rejected by the API': { verdict: 'rejected', length: MINUTE },
}

test.group('Pause | how long', () => {
  test('{$self}')
    .with(Object.keys(LENGTHS))
    .run(({ assert }, title) => {
      const { earlier = 0, draw = 1, length, ...failure } = LENGTHS[title]
      const pause = pauseAfter({ ...failure, reason: 'why' }, after(earlier), {
        now: NOW,
        random: () => draw,
      })

      assert.closeTo(pause.until - NOW, length, 0.001)
      assert.containsSubset(pause, { since: NOW, reason: 'why', failures: earlier + 1 })
    })

  test('any number of failures and any draw stay within the bounds', ({ assert }) => {
    const seed = Date.now()
    const random = seededRandom(seed)

    for (let round = 0; round < 2_000; round++) {
      const earlier = Math.floor(random() * 40)
      const retryAfterMs = random() < 0.5 ? undefined : Math.floor(random() * 1e9)
      const length = (verdict: Failure['verdict']) =>
        pauseAfter({ verdict, reason: '', retryAfterMs }, after(earlier), { now: 0, random }).until

      const told = `seed ${seed}: ${earlier} failures before, ${retryAfterMs} ms asked for`
      const ceiling = Math.min(MINUTE, Math.max(500 * 2 ** earlier, retryAfterMs ?? 0))
      assert.isAtMost(length('transient'), ceiling, told)
      assert.isAtLeast(length('transient'), Math.min(MINUTE, retryAfterMs ?? 0), told)
      assert.isAtMost(length('throttled'), 5 * MINUTE, told)
      assert.isAtLeast(length('throttled'), SECOND, told)
    }
  })

  test('processes that failed together do not come back together', ({ assert }) => {
    const seed = Date.now()
    const random = seededRandom(seed)
    const lengths = Array.from({ length: 100 }, () => {
      const failure: Failure = { verdict: 'transient', reason: '' }
      return pauseAfter(failure, after(5), { now: 0, random }).until
    })

    const halves = lengths.filter((length) => length < 8_000).length
    assert.isAbove(halves, 20, `seed ${seed}`)
    assert.isBelow(halves, 80, `seed ${seed}`)
  })
})

test.group('Pause | what is left of it', () => {
  const pause: Pause = { since: NOW, until: NOW + MINUTE, reason: 'http_503', failures: 1 }

  test('{left} ms when {passed} ms have passed')
    .with([
      { passed: 0, left: MINUTE },
      { passed: 1, left: MINUTE - 1 },
      { passed: MINUTE - 1, left: 1 },
      { passed: MINUTE, left: 0 },
      { passed: 60 * MINUTE, left: 0 },
    ])
    .run(({ assert }, { passed, left }) => {
      assert.equal(remainingPause(pause, NOW + passed), left)
    })

  test('no more than all of it when the clock was set back', ({ assert }) => {
    assert.equal(remainingPause(pause, NOW - 24 * 60 * MINUTE), MINUTE)
  })

  test('nothing when there is none', ({ assert }) => {
    assert.equal(remainingPause(null, NOW), 0)
  })
})

function after(earlier: number): Pause | null {
  return earlier === 0 ? null : { since: 0, until: 0, reason: 'before', failures: earlier }
}
