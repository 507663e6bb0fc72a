import { test } from '@japa/runner'
import { CallAllowance } from '#oauth/sharing/call_allowance'
import { ManualClock } from '#tests/helpers/manual_clock'

test.group('Allowance of token requests', () => {
  test('four in any minute, and then as long a wait as it takes', async ({ assert }) => {
    const clock = new ManualClock()
    const allowance = new CallAllowance(clock)

    assert.deepEqual([allowance.take(), allowance.take(), allowance.take()], [0, 0, 0])
    await clock.advance(10_000)
    assert.equal(allowance.take(), 0)
    assert.equal(allowance.take(), 50_000)
    assert.equal(allowance.take(), 50_000)

    await clock.advance(50_000)
    assert.equal(allowance.take(), 0)
  })
})
