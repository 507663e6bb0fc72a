import { test } from '@japa/runner'
import { rawSend } from '#tests/helpers/raw_send'
import { startSmsTrial } from '#tests/helpers/sms_trial'

const VALID = { to: '+221771234567', message: 'Hello' }

test.group('A request that is wrong', () => {
  test('{field}: {name} is refused, and nothing is written or sent')
    .with([
      { field: 'to', name: 'no plus', value: '221771234567' },
      { field: 'to', name: 'letters', value: '+22177CALLME' },
      { field: 'to', name: 'too short', value: '+22177123' },
      { field: 'to', name: 'too long', value: '+2217712345678901' },
      { field: 'to', name: 'far too long', value: `+${'2'.repeat(10_000)}` },
      { field: 'to', name: 'no such country', value: '+999123456789' },
      { field: 'to', name: 'empty', value: '' },
      { field: 'to', name: 'null', value: null },
      { field: 'to', name: 'absent', value: undefined },
      { field: 'to', name: 'a number', value: 221_771_234_567 },
      { field: 'to', name: 'a list', value: ['+221771234567', '+221771234568'] },
      { field: 'to', name: 'an object', value: { number: '+221771234567' } },
      { field: 'to', name: 'two numbers', value: '+221771234567,+221771234568' },
      { field: 'to', name: 'a header of its own', value: '+221771234567\r\nX-Evil: 1' },
      { field: 'message', name: 'empty', value: '' },
      { field: 'message', name: 'null', value: null },
      { field: 'message', name: 'absent', value: undefined },
      { field: 'message', name: 'an object', value: { text: 'Hello' } },
      { field: 'message', name: 'a list', value: ['Hello'] },
      { field: 'message', name: 'a NUL', value: 'Hel\u{0}lo' },
      { field: 'message', name: 'an escape', value: 'Hel\u{1b}[31mlo' },
      { field: 'message', name: 'a C1 control', value: 'Hel\u{9b}lo' },
      { field: 'message', name: 'a lone high surrogate', value: 'Hello \u{d83d}' },
      { field: 'message', name: 'a lone low surrogate', value: '\u{de00} Hello' },
      { field: 'message', name: '1,531 characters', value: 'a'.repeat(1531) },
      { field: 'senderName', name: 'twelve characters', value: 'a'.repeat(12) },
      { field: 'senderName', name: 'a dash', value: 'My-Shop' },
      { field: 'senderName', name: 'accents', value: 'Café' },
      { field: 'senderName', name: 'a line break', value: 'My\nShop' },
      { field: 'senderName', name: 'a list', value: ['Shop'] },
      { field: 'reference', name: '65 characters', value: 'a'.repeat(65) },
      { field: 'reference', name: 'markup', value: '<script>' },
      { field: 'reference', name: 'a line break', value: 'order 7\nadmin' },
      { field: 'reference', name: 'an object', value: { $gt: '' } },
    ])
    .run(async (context, { field, value }) => {
      const { assert } = context
      const trial = await startSmsTrial(context)
      await trial.warmUp()

      const answer = await trial.send({ ...VALID, [field]: value })
      assert.equal(answer.status, 422, JSON.stringify(answer.body))
      assert.equal(answer.headers.get('content-type'), 'application/problem+json')
      assert.containsSubset(answer.body, { code: 'validation_failed', retryable: false })
      assert.deepEqual(
        (answer.body.errors as unknown as { field: string }[]).map((error) => error.field),
        [field]
      )
      assert.lengthOf(await trial.rows(), 1)
      assert.lengthOf(trial.smsRequests(), 1)
    })

  test('a body that is {name} is refused: {status}')
    .with([
      { name: 'no JSON', body: '{"to":"+221771234567",', status: 400 },
      { name: 'NaN', body: '{"to":NaN}', status: 400 },
      { name: 'empty', body: '', status: 422 },
      { name: 'a list', body: JSON.stringify([VALID]), status: 422 },
      { name: 'a text', body: '"hello"', status: 422 },
      { name: 'null', body: 'null', status: 422 },
      { name: 'deep', body: '['.repeat(30_000), status: 400 },
      { name: 'huge', body: JSON.stringify({ ...VALID, x: 'x'.repeat(2 ** 21) }), status: 413 },
      { name: 'no UTF-8', body: Buffer.from('{"to":"\xff\xfe"}', 'latin1'), status: 422 },
    ])
    .run(async (context, { body, status }) => {
      const { assert } = context
      const trial = await startSmsTrial(context)

      const content = typeof body === 'string' ? body : new Uint8Array(body)
      const answer = await rawSend(trial.bearers.sender, content)
      assert.equal(answer.status, status, JSON.stringify(answer.body))
      assert.equal(answer.headers.get('content-type'), 'application/problem+json')
      assert.isFalse(answer.body.retryable)
      assert.lengthOf(trial.smsRequests(), 0)
      assert.lengthOf(await trial.rows(), 0)
    })

  test('a body of the type {$self} is not read')
    .with(['text/plain', 'application/xml', 'application/octet-stream', 'nonsense'])
    .run(async (context, contentType) => {
      const { assert } = context
      const trial = await startSmsTrial(context)

      const answer = await rawSend(trial.bearers.sender, JSON.stringify(VALID), contentType)
      assert.oneOf(answer.status, [415, 422])
      assert.lengthOf(trial.smsRequests(), 0)
    })
})
