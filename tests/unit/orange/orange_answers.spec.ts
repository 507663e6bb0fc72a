import { test } from '@japa/runner'
import { verdictOn } from '#orange/orange_answers'
import { gatewayBody, oauthBody, platformBody } from '#tests/helpers/orange_bodies'

const on = (status: number, body?: string) => verdictOn({ status, headers: {}, body })

test.group('The reason in an answer of Orange', () => {
  test('stands in the variables of the SMS platform, a list or one text', ({ assert }) => {
    const expected = { code: 'POL0001', text: 'Expired contract' }
    assert.deepEqual(on(403, platformBody('POL0001', ['Expired contract'])).reason, expected)
    assert.deepEqual(on(403, platformBody('POL0001', 'Expired contract')).reason, expected)
  })

  test('is the template where there are no variables', ({ assert }) => {
    const expected = { code: 'SVC0004', text: 'Text of SVC0004 with %1' }
    assert.deepEqual(on(400, platformBody('SVC0004')).reason, expected)
    assert.deepEqual(on(400, platformBody('SVC0004', [])).reason, expected)
    assert.deepEqual(on(400, platformBody('SVC0004', '')).reason, expected)
  })

  test('names all variables, and stays short', ({ assert }) => {
    const two = on(400, platformBody('SVC0003', ['senderName', 'registered names']))
    assert.equal(two.reason.text, 'senderName, registered names')

    const many = on(400, platformBody('SVC0003', Array(9).fill('word '.repeat(40))))
    assert.isAtMost(many.reason.text!.length, 200)
  })

  test('is the description of the gateway, else its message', ({ assert }) => {
    assert.deepEqual(on(400, gatewayBody(22)).reason, { code: '22', text: 'Description of 22' })
    assert.deepEqual(on(400, JSON.stringify({ code: '22', message: 'Invalid body' })).reason, {
      code: '22',
      text: 'Invalid body',
    })
  })

  test('is the description of an OAuth error', ({ assert }) => {
    assert.deepEqual(on(401, oauthBody('invalid_token')).reason, {
      code: 'invalid_token',
      text: 'Description of invalid_token',
    })
  })

  test('is empty where the body cannot be read: {$self}')
    .with([
      '',
      'null',
      '[]',
      '7',
      '"text"',
      '<html>Bad</html>',
      '{"code":',
      '{"code":42,"code":40}',
    ])
    .run(({ assert }, body) => {
      assert.deepEqual(on(400, body).reason, { code: undefined, text: undefined })
    })

  test('has no code that is none of Orange’s: {$self}')
    .with(['"221771234567"', '221771234567', '"Hello World"', '"aB3dE5gH7jK9"', '-1', '4.2', '{}'])
    .run(({ assert }, code) => {
      assert.isUndefined(on(400, `{"code":${code}}`).reason.code)
      assert.isUndefined(
        on(400, `{"requestError":{"serviceException":{"messageId":${code}}}}`).reason.code
      )
    })
})

test.group('The verdict on an answer of Orange', () => {
  test('a body that is not UTF-8 is judged by its status', ({ assert }) => {
    assert.equal(on(401, undefined).verdict, 'token_rejected')
    assert.equal(on(503, undefined).verdict, 'not_accepted')
    assert.equal(on(500, undefined).verdict, 'unknown')
  })

  test('a nested or inherited code is none', ({ assert }) => {
    assert.equal(on(401, '{"error":{"code":40}}').verdict, 'token_rejected')
    assert.equal(on(401, '{"__proto__":{"code":40}}').verdict, 'token_rejected')
  })
})
