import { test } from '@japa/runner'
import { fullJitter } from '#shared/backoff'
import { seededRandom } from '#tests/helpers/seeded_random'

const STEPS = { first: 500, longest: 60_000 }

test.group('Backoff', () => {
  test('after {failures} failures it is at most {most} ms')
    .with([
      { failures: 0, most: 500 },
      { failures: 1, most: 1_000 },
      { failures: 6, most: 32_000 },
      { failures: 7, most: 60_000 },
      { failures: 5_000, most: 60_000 },
    ])
    .run(({ assert }, { failures, most }) => {
      const draws = [0, 0.25, 0.999].map((draw) => fullJitter(failures, STEPS, () => draw))
      assert.deepEqual(draws, [0, most * 0.25, most * 0.999])
    })

  test('it takes its time from the whole range', ({ assert }) => {
    const seed = Date.now()
    const random = seededRandom(seed)
    const quarters = new Set(
      Array.from({ length: 200 }, () => Math.floor(fullJitter(3, STEPS, random) / 1_000))
    )
    assert.sameMembers([...quarters], [0, 1, 2, 3], `seed ${seed}`)
  })
})
