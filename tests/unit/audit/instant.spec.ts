import { test } from '@japa/runner'
import { instantOf } from '#audit/retention/instant'

test.group('An instant that somebody typed', () => {
  test('{text} is {instant}')
    .with([
      { text: '2026-01-31', instant: '2026-01-31T00:00:00.000Z' },
      { text: '2026-01-31T12:00Z', instant: '2026-01-31T12:00:00.000Z' },
      { text: '2026-01-31T12:00:00.5+01:00', instant: '2026-01-31T11:00:00.500Z' },
      { text: '2024-02-29', instant: '2024-02-29T00:00:00.000Z' },
    ])
    .run(({ assert }, { text, instant }) => {
      assert.equal(instantOf(text), instant)
    })

  test('a day ends with its last millisecond', ({ assert }) => {
    assert.equal(instantOf('2026-01-31', true), '2026-01-31T23:59:59.999Z')
    assert.equal(instantOf('2026-01-31T12:00Z', true), '2026-01-31T12:00:00.000Z')
  })

  test('{text} is none')
    .with(
      [
        ...['', 'yesterday', '2026', '2026-1-1', '2026-02-30', '2025-02-29T00:00:00Z'],
        ...['2026-13-01', '2026-01-31T12:00:00', '2026-01-31T25:00:00Z', '20260131', '1e9'],
      ].map((text) => ({ text }))
    )
    .run(({ assert }, { text }) => {
      assert.isUndefined(instantOf(text))
    })
})
