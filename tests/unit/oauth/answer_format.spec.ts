import { test } from '@japa/runner'
import type { AnswerFormat } from '#oauth/wire/answer_format'
import { TokenRequestError } from '#oauth/errors'
import { readTokenAnswer, type TokenAnswer } from '#oauth/wire/token_answer'
import type { HttpAnswer } from '#shared/http_client'
import { httpAnswer } from '#tests/helpers/http_answer'

const NOW = Date.UTC(2026, 0, 1)
const DATE = 'Thu, 01 Jan 2026 00:00:00 GMT'
const NONE: Record<string, string> = {}
const JSON_TYPE = { 'content-type': 'application/json' }

function read(
  format: AnswerFormat,
  body: unknown,
  answer: Partial<HttpAnswer> = {}
): Omit<TokenAnswer, 'accessToken'> & { token: string } {
  const whole = httpAnswer({ body: JSON.stringify(body), ...answer })
  const { accessToken, ...rest } = readTokenAnswer(whole, { answerFormat: format }, NOW)
  return { token: accessToken.release(), ...rest }
}

const assumed: AnswerFormat = { tokenType: 'assumed' }

test.group('Answer format | where the token is', () => {
  const tokenPaths = ['access_token', 'data.token', 'jwt', { header: 'Authorization' }]

  test('the first place that holds one counts: {name}')
    .with([
      { name: 'a member', body: { jwt: 'j', access_token: 'a' }, headers: NONE, token: 'a' },
      { name: 'a member of a member', body: { data: { token: 'd' } }, headers: NONE, token: 'd' },
      { name: 'null is none', body: { access_token: null, jwt: 'j' }, headers: NONE, token: 'j' },
      {
        name: 'a header with its scheme',
        body: {},
        headers: { authorization: 'Bearer h' },
        token: 'h',
      },
      { name: 'a header without one', body: {}, headers: { authorization: 'h' }, token: 'h' },
    ])
    .run(({ assert }, { body, headers, token }) => {
      const format = { ...assumed, tokenPaths }
      const answer = { headers: { ...JSON_TYPE, ...headers } }
      assert.equal(read(format, body, answer).token, token)
    })

  test('in a header: the body may be {name}')
    .with([
      { name: 'empty', body: '', headers: NONE },
      { name: 'text', body: 'Welcome', headers: { 'content-type': 'text/plain' } },
    ])
    .run(({ assert }, { body, headers }) => {
      const format = { ...assumed, tokenPaths: [{ header: 'x-token' }] }
      const answer = { body, headers: { ...headers, 'x-token': 'h' } }
      assert.equal(read(format, undefined, answer).token, 'h')
    })

  test('{name} is no token')
    .with([
      { name: 'nothing anywhere', body: {} },
      { name: 'a bad first one, though a good one follows', body: { access_token: 1, jwt: 'j' } },
      { name: 'a list', body: { access_token: ['a'] } },
      { name: 'an inherited member', body: {}, paths: ['toString', '__proto__'] },
      { name: 'a token for headers that would split one', body: { jwt: 'a\r\nb' } },
    ])
    .run(({ assert }, { body, paths }) => {
      const format = { ...assumed, tokenPaths: paths ?? tokenPaths }
      assert.throws(() => read(format, body), TokenRequestError)
    })

  test('a success may have another status, and 200 is none then', ({ assert }) => {
    const format = { ...assumed, successStatuses: [201] }
    assert.equal(read(format, { access_token: 'a' }, { status: 201 }).token, 'a')
    assert.throws(() => read(format, { access_token: 'a' }), TokenRequestError)
  })

  test('a type is needed unless it is assumed', ({ assert }) => {
    assert.throws(() => read({}, { access_token: 'a' }), TokenRequestError)
    assert.throws(() => read({}, { access_token: 'a', token_type: 'BearerToken' }))
    assert.equal(read(assumed, { access_token: 'a', token_type: 'BearerToken' }).token, 'a')
  })
})

test.group('Answer format | when the token ends', () => {
  const token = { access_token: 'a' }
  const headers = { ...JSON_TYPE, date: DATE }

  test('its life is where the provider puts it', ({ assert }) => {
    const format = { ...assumed, expiresInPath: 'data.ttl' }
    assert.equal(read(format, { ...token, data: { ttl: '90' } }).expiresIn, 90)
    assert.isUndefined(read(format, { ...token, expires_in: 5 }).expiresIn)
    assert.throws(() => read(format, { ...token, data: { ttl: [90] } }), TokenRequestError)
  })

  test('its end is {end}')
    .with([
      { end: NOW / 1000 + 90 },
      { end: NOW + 90_900 },
      { end: String(NOW / 1000 + 90) },
      { end: '2026-01-01T00:01:30Z' },
      { end: '2026-01-01T01:01:30.500+01:00' },
      { end: '2026-01-01T00:01:30' },
    ])
    .run(({ assert }, { end }) => {
      const format = { ...assumed, expiresAtPath: 'end' }
      assert.equal(read(format, { ...token, end }, { headers }).expiresIn, 90)
    })

  test('the end is compared with the clock of the server, if it shows one', ({ assert }) => {
    const format = { ...assumed, expiresAtPath: 'end' }
    const end = NOW / 1000 + 90
    const late = { ...JSON_TYPE, date: 'Thu, 01 Jan 2026 00:01:00 GMT' }
    assert.equal(read(format, { ...token, end }, { headers: late }).expiresIn, 30)
    assert.equal(read(format, { ...token, end }, { headers: JSON_TYPE }).expiresIn, 90)
  })

  test('an end that is {end} is refused')
    .with([{ end: NOW / 1000 - 1 }, { end: 'tomorrow' }, { end: -1 }, { end: {} }, { end: '' }])
    .run(({ assert }, { end }) => {
      const format = { ...assumed, expiresAtPath: 'end' }
      assert.throws(() => read(format, { ...token, end }, { headers }), TokenRequestError)
    })

  test('a life comes before an end, and neither need be there', ({ assert }) => {
    const format = { ...assumed, expiresAtPath: 'end' }
    assert.equal(read(format, { ...token, expires_in: 5, end: 'tomorrow' }).expiresIn, 5)
    assert.isUndefined(read(format, token).expiresIn)
  })
})
