import { inspect } from 'node:util'
import { test } from '@japa/runner'
import type { AnswerRule } from '#oauth/wire/answer_rules'
import { TokenRequestError, type TokenRequestFacts } from '#oauth/errors'
import { readTokenAnswer } from '#oauth/wire/token_answer'
import type { HttpAnswer } from '#shared/http_client'
import { httpAnswer } from '#tests/helpers/http_answer'

const RULES: AnswerRule[] = [
  { status: 403, member: 'code', values: [53], verdict: 'throttled' },
  { member: 'code', values: [5, 'busy'], verdict: 'transient' },
]

const SETTINGS = { answerRules: RULES }

const GOOD = { access_token: 'a-token', token_type: 'Bearer', expires_in: 3600, scope: 'sms' }

const answering = (body: unknown, status = 200) =>
  httpAnswer({ status, body: JSON.stringify(body) })

const VERDICTS: [string, HttpAnswer, Partial<TokenRequestFacts>][] = [
  ['a status below 300 that is not 200', answering(GOOD, 201), { verdict: 'transient' }],
  ['a redirect', answering(GOOD, 302), { verdict: 'terminal', reason: 'http_302' }],
  ['408', answering({}, 408), { verdict: 'transient', reason: 'http_408' }],
  ['429', answering({}, 429), { verdict: 'throttled', reason: 'http_429' }],
  ['418', answering({}, 418), { verdict: 'terminal', reason: 'http_418' }],
  ['599', answering({}, 599), { verdict: 'transient', reason: 'http_599' }],
  ['an error of RFC 6749', answering({ error: 'invalid_scope' }, 400), { verdict: 'terminal' }],
  ['invalid_grant', answering({ error: 'invalid_grant' }, 400), { verdict: 'terminal_for_key' }],
  [
    'server_error, whatever the status',
    answering({ error: 'server_error' }, 400),
    { verdict: 'transient', reason: 'server_error' },
  ],
  [
    'an error that is the name of a method',
    answering({ error: 'toString' }, 400),
    { verdict: 'terminal', reason: 'http_400' },
  ],
  [
    'an error that is no text',
    answering({ error: { toString: 1 } }, 400),
    { verdict: 'terminal', reason: 'http_400' },
  ],
  [
    "a code of the provider's at its status",
    answering({ code: 53 }, 403),
    { verdict: 'throttled', upstreamCode: '53' },
  ],
  [
    "a code of the provider's at another status",
    answering({ code: 53 }, 400),
    { verdict: 'terminal' },
  ],
  [
    "a code of the provider's at any status",
    answering({ code: 'busy' }, 400),
    { verdict: 'transient', upstreamCode: 'busy' },
  ],
  [
    "the provider's own table comes before the standard",
    answering({ code: 5, error: 'invalid_client' }, 401),
    { verdict: 'transient', reason: 'invalid_client', upstreamCode: '5' },
  ],
  ['an error that cannot be read', httpAnswer({ status: 401, body: '<' }), { verdict: 'terminal' }],
  [
    'an error that is not text',
    httpAnswer({ status: 503, body: undefined }),
    { verdict: 'transient' },
  ],
]

test.group('Reading the answer of a token endpoint', () => {
  test('takes what RFC 6749 says a token is', ({ assert }) => {
    const { accessToken, ...rest } = readTokenAnswer(answering(GOOD), SETTINGS, 0)
    assert.equal(accessToken.release(), 'a-token')
    assert.deepEqual(rest, { tokenType: 'Bearer', scope: 'sms', expiresIn: 3600 })
  })

  test('keeps the token out of sight', ({ assert }) => {
    const answer = readTokenAnswer(answering(GOOD), SETTINGS, 0)
    assert.notInclude(inspect(answer, { depth: Infinity }), 'a-token')
    assert.notInclude(JSON.stringify(answer), 'a-token')
  })

  test('takes a refresh token with its life, if it says one', ({ assert }) => {
    const read = (more: object) => readTokenAnswer(answering({ ...GOOD, ...more }), SETTINGS, 0)
    const canary = { refresh_token: 'canary next' }

    const { refreshToken, refreshTokenExpiresIn } = read({
      ...canary,
      refresh_token_expires_in: '86399',
    })
    assert.equal(refreshToken!.release(), 'canary next')
    assert.equal(refreshTokenExpiresIn, 86_399)
    assert.notInclude(inspect(read(canary), { depth: Infinity }), 'canary')
    for (const nonsense of [0, '0', -1, 'soon', null, {}]) {
      const { refreshTokenExpiresIn: life } = read({
        ...canary,
        refresh_token_expires_in: nonsense,
      })
      assert.isUndefined(life)
    }
  })

  test('what cannot be a refresh token is none, and the token beside it is good', ({ assert }) => {
    for (const nonsense of ['', 'a\nb', 'é', 'x'.repeat(16_385), 7, null, ['a']]) {
      const { refreshToken, accessToken } = readTokenAnswer(
        answering({ ...GOOD, refresh_token: nonsense }),
        SETTINGS,
        0
      )
      assert.isUndefined(refreshToken)
      assert.equal(accessToken.release(), 'a-token')
    }
  })

  test('a scope that is no text is none', ({ assert }) => {
    assert.isUndefined(readTokenAnswer(answering({ ...GOOD, scope: ['sms'] }), SETTINGS, 0).scope)
  })

  test('an answer that does not say what it is may be JSON', ({ assert }) => {
    const answer = { ...answering(GOOD), headers: {} }
    assert.equal(readTokenAnswer(answer, SETTINGS, 0).accessToken.release(), 'a-token')
  })

  test('the verdict on {0}')
    .with(VERDICTS)
    .run(({ assert }, [, answer, expected]) => {
      const { facts } = refusalOf(answer)
      assert.containsSubset(facts, { ...expected, httpStatus: answer.status })
    })

  test('a passing status says more than the body: {status} with {body} is {verdict}')
    .with([
      { status: 429, body: { error: 'invalid_request' }, verdict: 'throttled' },
      { status: 429, body: { error: 'temporarily_unavailable' }, verdict: 'throttled' },
      { status: 429, body: { code: 5 }, verdict: 'throttled' },
      { status: 500, body: { error: 'invalid_client' }, verdict: 'transient' },
      { status: 503, body: { code: 50 }, verdict: 'transient' },
      { status: 408, body: { error: 'invalid_scope' }, verdict: 'transient' },
    ])
    .run(({ assert }, { status, body, verdict }) => {
      assert.equal(refusalOf(answering(body, status)).facts.verdict, verdict)
    })

  test('no text of the answer is in the error', ({ assert }) => {
    const echoing = { error: 'secret', error_description: 'secret', code: 'secret' }
    for (const answer of [answering(echoing, 400), answering('secret'), answering(echoing)]) {
      const seen = inspect(refusalOf(answer), { depth: Infinity, showHidden: true })
      assert.notInclude(seen, 'secret')
    }
  })
})

function refusalOf(answer: HttpAnswer): TokenRequestError {
  try {
    readTokenAnswer(answer, SETTINGS, 0)
  } catch (error) {
    if (error instanceof TokenRequestError) return error
  }
  throw new Error('It was not refused as it should be')
}
