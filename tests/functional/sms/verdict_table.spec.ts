import { test } from '@japa/runner'
import { gatewayBody, oauthBody, platformBody } from '#tests/helpers/orange_bodies'
import { startSmsTrial } from '#tests/helpers/sms_trial'

/** What the caller gets, and what the ledger says. */
const REJECTED = { status: 502, code: 'orange_rejected_token', retryable: true, after: '5' }
const MISSED = { status: 502, code: 'orange_missed_token', retryable: false, after: null }
const THROTTLED = { status: 429, code: 'orange_throttled', retryable: true, after: '1' }
const REQUEST = { status: 422, code: 'orange_refused_request', retryable: false, after: null }
const ACCOUNT = { status: 502, code: 'orange_refused', retryable: false, after: null }
const BUSY = { status: 503, code: 'orange_unavailable', retryable: true, after: '5' }
const UNKNOWN = { status: 202 }

type Expected = typeof REJECTED | typeof MISSED | typeof UNKNOWN

/** `requests` are those that reach Orange; `reason` is Orange's own, where it gives one. */
interface Line {
  is: string
  status: number
  body?: string
  headers?: Record<string, string>
  expected: Expected
  reason?: { code?: string; text?: string }
  requests?: number
  tokens?: number
}

const PAGE = '<html><body>Bad day</body></html>'

function gatewayLine(status: number, code: number, expected: Expected, more = {}): Line {
  const reason = { code: String(code), text: `Description of ${code}` }
  return { is: `code ${code}`, status, body: gatewayBody(code), expected, reason, ...more }
}

/** Each form of `variables`: Orange's own reason stands in the first of them. */
function platformLines(status: number, id: string, expected: Expected): Line[] {
  return [
    { form: 'list', variables: ['Own reason', 'and more'], text: 'Own reason, and more' },
    { form: 'text', variables: 'Own reason', text: 'Own reason' },
    { form: 'absence', variables: undefined, text: `Text of ${id} with %1` },
  ].map(({ form, variables, text }) => ({
    is: `${id}, variables as ${form}`,
    status,
    body: platformBody(id, variables),
    expected,
    reason: { code: id, text },
  }))
}

function oauthLine(status: number, error: string, expected: Expected, more = {}): Line {
  const reason = { code: error, text: `Description of ${error}` }
  return { is: error, status, body: oauthBody(error), expected, reason, ...more }
}

const TWICE = { requests: 2, tokens: 2 }
const THREE_TIMES = { requests: 3 }

const LINES: Line[] = [
  gatewayLine(401, 42, REJECTED, TWICE),
  gatewayLine(401, 41, REJECTED, TWICE),
  oauthLine(401, 'invalid_token', REJECTED, TWICE),
  oauthLine(401, 'expired_token', REJECTED, TWICE),
  ...platformLines(401, 'SVC0001', REJECTED).map((line) => ({ ...line, ...TWICE })),
  { is: 'nothing', status: 401, expected: REJECTED, ...TWICE },
  { is: 'a page', status: 401, body: PAGE, expected: REJECTED, ...TWICE },

  gatewayLine(401, 40, MISSED),

  gatewayLine(429, 53, THROTTLED),
  gatewayLine(403, 53, THROTTLED),
  { is: 'nothing', status: 429, expected: THROTTLED },
  gatewayLine(429, 53, { ...THROTTLED, after: '77' }, { headers: { 'Retry-After': '77' } }),
  { ...platformLines(429, 'POL0001', THROTTLED)[0] },

  ...platformLines(400, 'SVC0002', REQUEST),
  ...platformLines(400, 'SVC0003', REQUEST),
  ...platformLines(400, 'SVC0004', REQUEST),
  ...platformLines(400, 'SVC0280', REQUEST),
  ...[20, 21, 22, 23, 24, 25, 26, 27, 28].map((code) => gatewayLine(400, code, REQUEST)),

  gatewayLine(403, 50, ACCOUNT),
  gatewayLine(403, 51, ACCOUNT),
  gatewayLine(403, 52, ACCOUNT),
  ...platformLines(403, 'POL0001', ACCOUNT),
  ...platformLines(403, 'POL0003', ACCOUNT),
  gatewayLine(404, 60, ACCOUNT),
  gatewayLine(405, 61, ACCOUNT),
  gatewayLine(406, 62, ACCOUNT),
  { is: 'nothing', status: 403, expected: ACCOUNT },
  { is: 'a page', status: 404, body: PAGE, expected: ACCOUNT },

  gatewayLine(503, 5, BUSY, THREE_TIMES),
  gatewayLine(503, 6, BUSY, THREE_TIMES),
  gatewayLine(500, 5, BUSY, THREE_TIMES),
  gatewayLine(500, 6, BUSY, THREE_TIMES),
  { is: 'nothing', status: 503, expected: BUSY, ...THREE_TIMES },
  { is: 'a page', status: 503, body: PAGE, expected: BUSY, ...THREE_TIMES },

  gatewayLine(500, 1, UNKNOWN),
  ...platformLines(400, 'SVC0001', UNKNOWN),
  ...platformLines(400, 'SVC0005', UNKNOWN),
  oauthLine(400, 'invalid_request', UNKNOWN),
  gatewayLine(400, 29, UNKNOWN),
  gatewayLine(413, 66, UNKNOWN),
  gatewayLine(415, 68, UNKNOWN),
  ...[400, 408, 409, 418, 500, 501, 502, 504, 599].map((status) => ({
    is: 'nothing',
    status,
    expected: UNKNOWN,
    reason: { code: `http_${status}` },
  })),
  { is: 'a page', status: 502, body: PAGE, expected: UNKNOWN, reason: { code: 'http_502' } },
]

test.group('The verdict on Orange’s answer', () => {
  test('{status} with {is}: {expected.status}')
    .with(LINES)
    .run(async (context, { status, body, headers, expected, reason = {}, ...line }) => {
      const { assert } = context
      const trial = await startSmsTrial(context, { smsDeadlineMs: 900 })
      trial.sandbox.fault({ on: 'sms', kind: 'answer', status, body, headers, times: 9 })

      const answer = await trial.send()
      assert.equal(answer.status, expected.status, JSON.stringify(answer.body))
      assert.lengthOf(trial.smsRequests(), line.requests ?? 1)
      assert.lengthOf(trial.tokenRequests(), line.tokens ?? 1)
      assert.lengthOf(trial.sandbox.messages, 0)

      const { row, seen } = await trial.message(answer)
      const code = reason.code ?? ('code' in expected ? expected.code : undefined)
      assert.containsSubset(row, {
        status: expected.status === 202 ? 'unknown' : 'failed',
        resource_id: null,
        reason_code: code,
        reason: reason.text ?? null,
      })
      assert.match(String(row.token_fingerprint), /^[\da-f]{32}$/)
      assert.deepEqual(seen.reason, { code, text: reason.text ?? null })

      if (!('code' in expected)) {
        assert.containsSubset(answer.body.data, { id: row.id, status: 'unknown', resourceId: null })
        return
      }
      assert.equal(answer.headers.get('content-type'), 'application/problem+json')
      assert.equal(answer.headers.get('retry-after'), expected.after)
      const { after, ...problem } = expected
      assert.containsSubset(answer.body, { ...problem, messageId: row.id, type: 'about:blank' })
      if (reason.text) assert.include(String(answer.body.detail), `: ${reason.text}`)
    })
})
