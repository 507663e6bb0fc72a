import { test } from '@japa/runner'
import { csv } from '#audit/export/csv'

test.group('Lines of a CSV export', () => {
  test('H7 | neutralise what a body that was tampered with begins with', ({ assert }, cell) => {
    const body = JSON.stringify({ eventType: cell, details: cell })
    const event = { seq: 1, prev_fingerprint: 'a', fingerprint: 'b', body, personalValues: [] }

    const line = csv.lines([event])

    assert.match(line, /^1,,"?'/)
    assert.equal(line.split(`'${cell}`).length - 1, 2)
  }).with(['=1', '+1', '-1', '@a', '\ta', '\ra', '\na', '＝1', '＋1', '－1', '＠a'])

  test('leave numbers alone', ({ assert }) => {
    const body = JSON.stringify({ durationMs: -0.5 })
    const event = { seq: 1, prev_fingerprint: 'a', fingerprint: 'b', body, personalValues: [] }

    assert.include(csv.lines([event]), ',-0.5,')
  })
})
