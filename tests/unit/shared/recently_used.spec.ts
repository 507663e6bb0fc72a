import { test } from '@japa/runner'
import { RecentlyUsed } from '#shared/recently_used'

test.group('Recently used', () => {
  test('what was not used for longest makes room', ({ assert }) => {
    const names = new RecentlyUsed(2)

    assert.deepEqual(
      ['a', 'b', 'a'].map((name) => names.use(name)),
      [undefined, undefined, undefined]
    )
    assert.equal(names.use('c'), 'b')
    assert.equal(names.use('b'), 'a')
    assert.isUndefined(names.use('c'))
  })
})
