import { test } from '@japa/runner'
import { type SeqSpan, walk } from '#audit/search/seq_windows'
import { ManualClock } from '#tests/helpers/manual_clock'

function numbersOf({ first, last }: SeqSpan): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}

/** Walks with a clock that stands still, or that a visit moves on. */
async function walked(
  span: SeqSpan,
  options: { descending?: boolean; tookMs?: number; budgetMs?: number; enoughAfter?: number } = {}
) {
  const { descending = false, tookMs = 0, budgetMs = Number.POSITIVE_INFINITY } = options
  const clock = new ManualClock()
  const windows: SeqSpan[] = []

  const reached = await walk(
    span,
    { descending, budgetMs, clock, firstWidth: 10 },
    async (window) => {
      windows.push(window)
      await clock.advance(tookMs)
      return windows.length === options.enoughAfter
    }
  )
  return { windows, reached, numbers: windows.flatMap(numbersOf) }
}

test.group('Walking a span of events in windows', () => {
  test('visits every number once, in either direction, at any speed')
    .with([
      { descending: false, tookMs: 0 },
      { descending: true, tookMs: 0 },
      { descending: false, tookMs: 50 },
      { descending: true, tookMs: 5_000 },
    ])
    .run(async ({ assert }, options) => {
      for (const last of [3, 12, 13, 52, 1_000, 5_003]) {
        const { numbers, reached } = await walked({ first: 3, last }, options)

        assert.isUndefined(reached)
        assert.deepEqual(
          numbers.toSorted((a, b) => a - b),
          numbersOf({ first: 3, last })
        )
      }
    })

  test('windows grow while they are quick, and shrink when they are slow', async ({ assert }) => {
    const quick = await walked({ first: 1, last: 5_000 })
    const slow = await walked({ first: 1, last: 500 }, { tookMs: 200 })

    assert.isBelow(quick.windows.length, 7)
    assert.isTrue(slow.windows.every(({ first, last }) => last - first < 10))
  })

  test('ends when there is enough, and says how far it went', async ({ assert }) => {
    const up = await walked({ first: 1, last: 1_000 }, { enoughAfter: 2 })
    const down = await walked({ first: 1, last: 1_000 }, { enoughAfter: 2, descending: true })

    assert.equal(up.reached, up.windows[1].last)
    assert.equal(down.reached, down.windows[1].first)
    assert.lengthOf(down.windows, 2)
  })

  test('ends when its time is over', async ({ assert }) => {
    const { windows, reached } = await walked(
      { first: 1, last: 1_000 },
      { tookMs: 60, budgetMs: 100 }
    )

    assert.lengthOf(windows, 2)
    assert.equal(reached, windows[1].last)
  })

  test('has nothing to do in an empty span', async ({ assert }) => {
    const { windows, reached } = await walked({ first: 1, last: 0 })
    assert.isEmpty(windows)
    assert.isUndefined(reached)
  })
})
