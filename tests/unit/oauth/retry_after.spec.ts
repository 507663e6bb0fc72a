import { test } from '@japa/runner'
import { retryAfterMs } from '#shared/retry_after'
import { httpAnswer } from '#tests/helpers/http_answer'

const DAY = 24 * 60 * 60 * 1000
const DATE = 'Thu, 01 Jan 2026 00:00:00 GMT'
const LATER = 'Thu, 01 Jan 2026 00:00:30 GMT'

const UNDERSTOOD: [string, number][] = [
  ['0', 0],
  ['7', 7_000],
  [' 7 ', 7_000],
  ['007', 7_000],
  ['86400', DAY],
  ['86401', DAY],
  ['1000000000', DAY],
  ['9'.repeat(400), DAY],
  [LATER, 30_000],
  ['Thursday, 01-Jan-26 00:00:30 GMT', 30_000],
  ['Thu Jan  1 00:00:30 2026', 30_000],
  [DATE, 0],
  ['Fri, 01 Jan 2100 00:00:00 GMT', DAY],
]

const NONSENSE = [
  '',
  ' ',
  '-5',
  '+5',
  '1.5',
  '1e3',
  '0x10',
  '5, 10',
  '5 s',
  'soon',
  'soon 2099',
  '2099-01-01',
  '2099-01-01T00:00:00Z',
  'NaN',
  'Infinity',
  '٣',
  'Wed, 31 Dec 2025 23:59:59 GMT',
]

test.group('Reading Retry-After', () => {
  test('{0} is understood')
    .with(UNDERSTOOD)
    .run(({ assert }, [value, wait]) => {
      assert.equal(retryAfterMs(answering(value, DATE)), wait)
    })

  test('"{$self}" says nothing')
    .with(NONSENSE)
    .run(({ assert }, value) => {
      assert.isUndefined(retryAfterMs(answering(value, DATE)))
    })

  test('a date says nothing when the answer does not tell its own', ({ assert }) => {
    assert.isUndefined(retryAfterMs(answering(LATER)))
    assert.isUndefined(retryAfterMs(answering(LATER, 'yesterday')))
  })

  test('an answer without it says nothing', ({ assert }) => {
    assert.isUndefined(retryAfterMs(httpAnswer()))
  })
})

function answering(retryAfter: string, date?: string) {
  return httpAnswer({ headers: { 'retry-after': retryAfter, ...(date ? { date } : {}) } })
}
