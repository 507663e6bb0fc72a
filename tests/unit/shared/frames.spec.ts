import { test } from '@japa/runner'
import { framesOf } from '#shared/frames'

test.group('Where an error was made', () => {
  test('is told without its text', ({ assert }) => {
    const frames = framesOf(new Error('canary\n    at canary (canary.ts:1:1)\ncanary'))

    assert.isAbove(frames.length, 0)
    assert.match(frames[0], /^at .*frames\.spec\.ts/)
    assert.notInclude(frames.join(), 'canary')
  })

  test('is told of an error without a text', ({ assert }) => {
    assert.match(framesOf(new TypeError())[0], /^at .*frames\.spec\.ts/)
  })

  test('is not told when the text cannot be separated', ({ assert }) => {
    const stack = 'Error: canary\n    at canary'
    const error = Object.assign(new Error('another'), { stack })

    assert.deepEqual(framesOf(error), [])
    assert.deepEqual(framesOf('canary'), [])
    assert.deepEqual(framesOf(undefined), [])
  })
})
