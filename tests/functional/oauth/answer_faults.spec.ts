import { test } from '@japa/runner'
import type { AnswerFault } from '#orange/sandbox/faults/fault'
import { assertFailedTokenRequest, assertRecovery } from '#tests/helpers/failed_token_request'
import { assertKeepsSecrets } from '#tests/helpers/kept_secrets'
import { CANARY, startTokenTrial } from '#tests/helpers/token_trial'

type ScriptedAnswer = Pick<AnswerFault, 'status' | 'headers' | 'body' | 'bodyBase64'>

const GOOD = { access_token: CANARY, token_type: 'Bearer', expires_in: 3600 }

const json = (members: Record<string, unknown>): ScriptedAnswer => ({
  body: JSON.stringify({ ...GOOD, ...members }),
})

const html = { 'Content-Type': 'text/html; charset=utf-8' }
const plain = { 'Content-Type': 'text/plain' }

const BAD_ANSWERS: Record<string, Record<string, ScriptedAnswer>> = {
  'T6 | an answer without a body is no token': {
    '200, nothing in it': { body: '' },
    '200, white space': { body: ' \n ' },
    '204': { status: 204 },
    '202 with a token in it': { status: 202, body: JSON.stringify(GOOD) },
  },

  "T7 | a captive portal's HTML page is no token": {
    'a sign-in page': { headers: html, body: `<html><input value="${CANARY}"></html>` },
    'a page that says it is JSON': { body: `<html>${CANARY}</html>` },
    'a token that says it is a page': { headers: html, body: JSON.stringify(GOOD) },
  },

  'T8 | a token in plain text is not picked out of it, nor quoted': {
    'the token alone': { headers: plain, body: CANARY },
    'a form': { headers: plain, body: `access_token=${CANARY}&token_type=bearer` },
    'short enough to be quoted whole by a JSON parser': { body: CANARY.slice(0, 10) },
  },

  'T9 | JSON that two readers may read differently is refused': {
    'cut off': { body: JSON.stringify(GOOD).slice(0, -10) },
    'a name twice': {
      body: `{"access_token":"a","access_token":"${CANARY}","token_type":"Bearer"}`,
    },
    'a name twice, once escaped': {
      body: `{"access_token":"a","\\u0061ccess_token":"${CANARY}","token_type":"Bearer"}`,
    },
    'a name twice, deep inside': {
      body: JSON.stringify(GOOD).replace('}', ',"more":[{"a":1,"a":2}]}'),
    },
    'a byte order mark': { body: `\ufeff${JSON.stringify(GOOD)}` },
    'UTF-16': { bodyBase64: Buffer.from(JSON.stringify(GOOD), 'utf16le').toString('base64') },
    'UTF-16 with a mark': {
      bodyBase64: Buffer.from(`\ufeff${JSON.stringify(GOOD)}`, 'utf16le').toString('base64'),
    },
    'not UTF-8': {
      bodyBase64: Buffer.from(JSON.stringify({ ...GOOD, x: 'é' }), 'latin1').toString('base64'),
    },
    'NaN': { body: `{"access_token":"${CANARY}","token_type":"Bearer","expires_in":NaN}` },
    'two objects': { body: JSON.stringify(GOOD).repeat(2) },
    'single quotes': { body: `{'access_token':'${CANARY}'}` },
    'nested 30,000 deep': { body: '['.repeat(30_000) + ']'.repeat(30_000) },
    'nested 30,000 deep, never closed': { body: '{"a":'.repeat(10_000) },
  },

  'T10 | JSON that is no object is no token': {
    'null': { body: 'null' },
    'a list': { body: '[]' },
    'a list with a token': { body: JSON.stringify([GOOD]) },
    'a string': { body: JSON.stringify(CANARY) },
    '0': { body: '0' },
    'true': { body: 'true' },
  },

  'T11 | an access_token that is no text of a sane size is refused': {
    'missing': { body: JSON.stringify({ token: CANARY, token_type: 'Bearer' }) },
    'null': json({ access_token: null }),
    'empty': json({ access_token: '' }),
    'a number': json({ access_token: 12_345_678 }),
    'an object': json({ access_token: { value: CANARY } }),
    'a list': json({ access_token: [CANARY] }),
    'white space': json({ access_token: '   ' }),
    'a space behind it': json({ access_token: `${CANARY} ` }),
    'longer than 16 KiB': json({ access_token: CANARY.padEnd(16 * 1024 + 1, 'a') }),
  },

  'T12 | an access_token that would break a header is refused before it gets there': {
    'CR and LF': json({ access_token: `${CANARY}\r\nX-Evil: 1` }),
    'LF at the end': json({ access_token: `${CANARY}\n` }),
    'NUL': json({ access_token: `${CANARY}\0` }),
    'another control character': json({ access_token: `${CANARY}\u007f` }),
    'é': json({ access_token: `${CANARY}é` }),
    'an emoji': json({ access_token: `${CANARY}🍊` }),
    'half a surrogate pair': { body: `{"access_token":"${CANARY}\\ud83c","token_type":"Bearer"}` },
    'a quote': json({ access_token: `${CANARY}"` }),
    'a backslash': json({ access_token: `${CANARY}\\` }),
  },

  'T13 | a token of another type than Bearer is refused': {
    'no type': { body: JSON.stringify({ access_token: CANARY, expires_in: 3600 }) },
    'null': json({ token_type: null }),
    'mac': json({ token_type: 'mac' }),
    'DPoP': json({ token_type: 'DPoP' }),
    'bearer with a space': json({ token_type: 'bearer ' }),
    'a list': json({ token_type: ['Bearer'] }),
    'with a letter that only looks like one in lower case': json({ token_type: 'Be\u0430rer' }),
  },

  'T16 | names of the prototype in the body are names like any other': {
    'a token inherited through __proto__': {
      body: `{"__proto__":{"access_token":"${CANARY}","token_type":"Bearer","polluted":true}}`,
    },
    'constructor.prototype': {
      body: `{"constructor":{"prototype":{"access_token":"${CANARY}","polluted":true}}}`,
    },
    'toString in place of the token': json({ access_token: undefined, toString: CANARY }),
  },
}

for (const [title, variants] of Object.entries(BAD_ANSWERS)) {
  test.group(title, () => {
    test('{$self}')
      .with(Object.keys(variants))
      .run(async (context, variant) => {
        const { assert } = context
        const trial = await startTokenTrial(context)

        await assertFailedTokenRequest(assert, trial, {
          misbehave: () =>
            trial.sandbox.fault({ on: 'token', kind: 'answer', ...variants[variant] }),
          expected: { reason: 'rejected_response' },
        })
        await assertRecovery(assert, trial)
        assert.notProperty({}, 'polluted')
        assert.notProperty({}, 'access_token')
      })
  })
}

const GOOD_ANSWERS: Record<string, ScriptedAnswer> = {
  'T13 | bearer': json({ token_type: 'bearer' }),
  'T13 | BEARER': json({ token_type: 'BEARER' }),
  'T9 | members that we do not know, nested': json({ more: [{ a: [{ b: null }] }, { a: 1 }] }),
  'T9 | the same name in two objects': json({ one: { name: 1 }, two: { name: 2 } }),
  'T11 | exactly 16 KiB': json({ access_token: CANARY.padEnd(16 * 1024, 'a') }),
  'T12 | every character that a token may have': json({ access_token: `${CANARY}-._~+/=!#$%&` }),
  'T26 | JSON with a character set': {
    ...json({}),
    headers: { 'Content-Type': 'application/json;charset=UTF-8' },
  },
  'T26 | JSON of some kind': { ...json({}), headers: { 'Content-Type': 'application/x+json' } },
}

test.group('T9, T11, T12, T13, T26 | unusual answers that are right', () => {
  test('{$self}')
    .with(Object.keys(GOOD_ANSWERS))
    .run(async (context, variant) => {
      const { assert } = context
      const trial = await startTokenTrial(context)
      trial.sandbox.fault({ on: 'token', kind: 'answer', ...GOOD_ANSWERS[variant] })

      const health = await trial.health('?probe=true')
      assert.containsSubset(health, {
        status: 200,
        body: { details: { tokenInfo: { isValid: true, tokenType: 'Bearer' } } },
      })
      assert.lengthOf(trial.tokenRequests(), 1)
      assertKeepsSecrets(assert, trial, { answers: [health] })
    })
})
