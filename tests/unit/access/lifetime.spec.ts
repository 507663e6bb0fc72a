import { test } from '@japa/runner'
import { parseLifetime } from '#access/lifetime'

test.group('Lifetime of a token', () => {
  test('reads a number and a unit')
    .with([
      ['45s', 45],
      ['10m', 600],
      ['12h', 43_200],
      ['30d', 2_592_000],
      ['8w', 4_838_400],
      ['732d', 63_244_800],
    ] as const)
    .run(({ assert }, [text, seconds]) => {
      assert.equal(parseLifetime(text), seconds)
    })

  test('refuses everything else')
    .with(['', '30', 'd', '0d', '-1d', '1.5d', '30 d', '30days', '733d', '99999999999d', '1e3d'])
    .run(({ assert }, text) => {
      assert.isUndefined(parseLifetime(text))
    })
})
