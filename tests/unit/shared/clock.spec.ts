import { test } from '@japa/runner'
import { LONGEST_DELAY_MS, systemClock } from '#shared/clock'

test.group('System clock', () => {
  test('its monotonic time does not go back, and its wall time is UTC now', ({ assert }) => {
    const before = systemClock.monotonic()
    assert.isAtLeast(systemClock.monotonic(), before)
    assert.closeTo(systemClock.now(), Date.now(), 1_000)
  })

  test('a delay of {$self} ms is over at once')
    .with([0, -1, Number.NEGATIVE_INFINITY])
    .run(async ({ assert }, delayMs) => {
      const startedAt = performance.now()
      await new Promise<void>((resolve) => {
        // The clock's timers do not keep the process alive: this one does.
        const guard = setTimeout(() => {}, 4_000)
        systemClock.after(delayMs, () => {
          clearTimeout(guard)
          resolve()
        })
      })
      assert.isBelow(performance.now() - startedAt, 2_000)
    })

  test('a delay of {$self} ms is not over at once, as a timer of Node would be')
    .with([LONGEST_DELAY_MS, LONGEST_DELAY_MS + 1, 1e15, Number.POSITIVE_INFINITY])
    .run(async ({ assert }, delayMs) => {
      let called = false
      const cancel = systemClock.after(delayMs, () => {
        called = true
      })
      await new Promise((resolve) => setTimeout(resolve, 20))
      cancel()
      assert.isFalse(called)
    })

  test('what is cancelled does not happen', async ({ assert }) => {
    let called = false
    const cancel = systemClock.after(1, () => {
      called = true
    })
    cancel()
    await new Promise((resolve) => setTimeout(resolve, 20))
    assert.isFalse(called)
  })
})
