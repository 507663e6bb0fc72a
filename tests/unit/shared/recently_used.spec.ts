import { test } from '@japa/runner'
import { RecentlyUsed } from '#shared/recently_used'

test.group('Recently used', () => {
  test('what was not used for longest makes room', ({ assert }) => {
    const recent = new RecentlyUsed<number>(2)

    assert.isUndefined(recent.use('a', 1))
    assert.isUndefined(recent.use('b', 2))
    assert.isUndefined(recent.use('a', 3))
    assert.equal(recent.use('c', 4), 2)
    assert.equal(recent.use('b', 5), 3)
    assert.isUndefined(recent.use('c', 6))
  })
})
