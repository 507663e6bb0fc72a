import { inspect } from 'node:util'
import { test } from '@japa/runner'
import type { AnswerRule } from '#oauth/wire/answer_rules'
import { TokenRequestError, type TokenRequestFacts } from '#oauth/errors'
import { readTokenAnswer } from '#oauth/wire/token_answer'
import { httpAnswer } from '#tests/helpers/http_answer'

const TOKEN = { access_token: 'a-token', token_type: 'Bearer' }

function refusalOf(rules: readonly AnswerRule[], status: number, body: unknown): TokenRequestFacts {
  const answer = httpAnswer({ status, body: JSON.stringify(body) })
  try {
    readTokenAnswer(answer, { answerRules: rules }, 0)
  } catch (error) {
    if (error instanceof TokenRequestError) {
      if (/secret/.test(inspect(error, { depth: Infinity }))) throw new Error('It quotes the body')
      return error.facts
    }
  }
  throw new Error('It was not refused as it should be')
}

interface Case {
  name: string
  rule: AnswerRule
  status: number
  body: unknown
  expected: Partial<TokenRequestFacts>
}

const WHERE: Case[] = [
  {
    name: 'a member of a member',
    rule: { member: 'error.code', values: [190], verdict: 'terminal', reason: 'token_dead' },
    status: 400,
    body: { error: { code: 190, message: 'secret' } },
    expected: { verdict: 'terminal', reason: 'token_dead', upstreamCode: '190' },
  },
  {
    name: 'an element of a list',
    rule: { member: 'error_codes', values: [700_082], verdict: 'terminal_for_key' },
    status: 400,
    body: { error_codes: [1, 700_082] },
    expected: { verdict: 'terminal_for_key', upstreamCode: '700082' },
  },
  {
    name: 'a member of the elements of a list',
    rule: { member: 'errors.extensions.code', values: ['LOCKED'], verdict: 'terminal' },
    status: 401,
    body: { errors: [{ message: 'secret' }, { extensions: { code: 'LOCKED' } }] },
    expected: { verdict: 'terminal', upstreamCode: 'LOCKED' },
  },
  {
    name: 'the beginning of a text',
    rule: { member: 'error_description', matches: /^AADSTS700082(?=:)/, verdict: 'transient' },
    status: 400,
    body: { error_description: 'AADSTS700082: secret' },
    expected: { verdict: 'transient', upstreamCode: 'AADSTS700082' },
  },
  {
    name: 'that a member is there',
    rule: { member: 'challenge', verdict: 'terminal', reason: 'captcha' },
    status: 400,
    body: { challenge: 'secret' },
    expected: { verdict: 'terminal', reason: 'captcha', upstreamCode: undefined },
  },
  {
    name: 'one of several statuses, whatever the body',
    rule: { status: [418, 419], verdict: 'transient', reason: 'session_over' },
    status: 419,
    body: [],
    expected: { verdict: 'transient', reason: 'session_over' },
  },
]

test.group('Answer rules', () => {
  test('look at {name}')
    .with(WHERE)
    .run(({ assert }, { rule, status, body, expected }) => {
      assert.containsSubset(refusalOf([rule], status, body), expected)
    })

  test('do not take inherited members for codes: {member}')
    .with([{ member: 'toString' }, { member: '__proto__.toString' }, { member: 'a.length' }])
    .run(({ assert }, { member }) => {
      const rule: AnswerRule = { member, verdict: 'transient' }
      assert.equal(refusalOf([rule], 400, { a: 'b' }).verdict, 'terminal')
    })

  test('the first that applies decides', ({ assert }) => {
    const rules: AnswerRule[] = [
      { member: 'code', values: ['busy'], status: 403, verdict: 'throttled' },
      { member: 'code', values: ['busy'], verdict: 'transient' },
    ]
    assert.equal(refusalOf(rules, 403, { code: 'busy' }).verdict, 'throttled')
    assert.equal(refusalOf(rules, 400, { code: 'busy' }).verdict, 'transient')
  })

  test('without a verdict only name the code: the standard decides', ({ assert }) => {
    const rules: AnswerRule[] = [{ member: 'error_codes', matches: /^\d+$/ }, { member: 'number' }]
    assert.containsSubset(
      refusalOf(rules, 400, { error: 'invalid_grant', error_codes: ['65001'] }),
      { verdict: 'terminal_for_key', reason: 'invalid_grant', upstreamCode: '65001' }
    )
  })

  test('a passing status comes first: {status} is {verdict}')
    .with([
      { status: 503, verdict: 'transient', reason: 'http_503' },
      { status: 429, verdict: 'throttled', reason: 'http_429' },
      { status: 408, verdict: 'transient', reason: 'http_408' },
    ])
    .run(({ assert }, { status, verdict, reason }) => {
      const rule: AnswerRule = {
        member: 'code',
        values: [7],
        verdict: 'terminal',
        reason: 'blocked',
      }
      assert.containsSubset(refusalOf([rule], status, { code: 7 }), {
        verdict,
        reason,
        upstreamCode: '7',
      })

      const decisive: AnswerRule = { ...rule, evenWhenPassing: true }
      assert.containsSubset(refusalOf([rule, decisive], status, { code: 7 }), {
        verdict: 'terminal',
        reason: 'blocked',
      })
    })

  test('may find a refusal in a success, if they say so', ({ assert }) => {
    const rule: AnswerRule = {
      status: 200,
      member: 'result.error',
      values: ['LOCKED'],
      verdict: 'terminal',
      reason: 'account_locked',
    }
    assert.deepEqual(refusalOf([rule], 200, { ...TOKEN, result: { error: 'LOCKED' } }), {
      verdict: 'terminal',
      reason: 'account_locked',
      standardError: undefined,
      httpStatus: 200,
      upstreamCode: 'LOCKED',
      retryAfterMs: undefined,
    })
    assert.containsSubset(refusalOf([{ status: 200, member: 'error' }], 200, { error: 'secret' }), {
      verdict: 'transient',
      reason: 'rejected_response',
    })

    const body = JSON.stringify({ ...TOKEN, code: 5 })
    const elsewhere: AnswerRule = { member: 'code', values: [5], verdict: 'terminal' }
    const answer = readTokenAnswer(httpAnswer({ body }), { answerRules: [rule, elsewhere] }, 0)
    assert.equal(answer.accessToken.release(), 'a-token')
  })
})
