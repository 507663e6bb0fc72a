import { test } from '@japa/runner'
import { startSandbox } from '#tests/helpers/sandbox/start_sandbox'
import {
  askForToken,
  failureOf,
  json,
  obtainToken,
  sendSms,
  statusOf,
} from '#tests/helpers/sandbox/sandbox_client'

test.group('Sandbox, faults in place of the answer', () => {
  test('answer: any status, headers and body, then the real one again', async ({ assert }) => {
    const sandbox = await startSandbox()
    sandbox.fault({
      on: 'token',
      kind: 'answer',
      status: 429,
      headers: { 'Retry-After': '-1', 'Content-Type': 'text/html', 'Set-Cookie': ['a=1', 'b=2'] },
      body: '<html>',
    })

    const scripted = await askForToken(sandbox)
    assert.equal(scripted.status, 429)
    assert.equal(scripted.body.toString(), '<html>')
    assert.equal(scripted.headers['retry-after'], '-1')
    assert.equal(scripted.headers['content-type'], 'text/html')
    assert.deepEqual(scripted.headers['set-cookie'], ['a=1', 'b=2'])
    assert.equal(await statusOf(askForToken(sandbox)), 200)
  })

  test('answer: bytes that are not text, an empty body, a status without one', async ({
    assert,
  }) => {
    const sandbox = await startSandbox()
    sandbox.fault(
      { on: 'token', kind: 'answer', bodyBase64: Buffer.of(0xff, 0xfe, 0).toString('base64') },
      { on: 'token', kind: 'answer' },
      { on: 'token', kind: 'answer', status: 204 }
    )

    const binary = await askForToken(sandbox)
    assert.deepEqual([...binary.body], [0xff, 0xfe, 0])
    const empty = await askForToken(sandbox)
    assert.equal(empty.headers['content-length'], '0')
    assert.equal(await statusOf(askForToken(sandbox)), 204)
  })

  test('answer: the SMS may be accepted all the same', async ({ assert }) => {
    const sandbox = await startSandbox()
    const token = await obtainToken(sandbox)
    sandbox.fault(
      { on: 'sms', kind: 'answer', status: 201, body: '{"outboundSMS', accepted: true },
      { on: 'sms', kind: 'answer', status: 500 }
    )

    const broken = await sendSms(sandbox, { token })
    assert.equal(broken.body.toString(), '{"outboundSMS')
    assert.lengthOf(sandbox.messages, 1)
    assert.equal(await statusOf(sendSms(sandbox, { token })), 500)
    assert.lengthOf(sandbox.messages, 1)
  })

  test('answer and delay: not before their time', async ({ assert }) => {
    const sandbox = await startSandbox({ random: () => 0.5 })
    sandbox.fault({ on: 'token', kind: 'answer', delayMs: 60 })
    sandbox.fault({ on: 'token', kind: 'delay', delayMs: 40, jitterMs: 40 })

    for (const status of [200, 200]) {
      const startedAt = performance.now()
      assert.equal(await statusOf(askForToken(sandbox)), status)
      assert.isAtLeast(performance.now() - startedAt, 58)
    }
  })

  test('hang: never answered; accept-then-hang: accepted and never answered', async ({
    assert,
  }) => {
    const sandbox = await startSandbox()
    const token = await obtainToken(sandbox)
    sandbox.fault({ on: 'sms', kind: 'hang' }, { on: 'sms', kind: 'accept-then-hang' })

    for (const accepted of [0, 1]) {
      const answer = await sendSms(sandbox, { token, timeoutMs: 120 })
      assert.equal(answer.failure, 'ETIMEDOUT')
      assert.isUndefined(answer.status)
      assert.lengthOf(sandbox.messages, accepted)
    }
  })

  test('reset: before the body is read, and after, with or without effect', async ({ assert }) => {
    const sandbox = await startSandbox()
    const token = await obtainToken(sandbox)
    sandbox.fault(
      { on: 'sms', kind: 'reset' },
      { on: 'sms', kind: 'reset', at: 'answer' },
      { on: 'sms', kind: 'reset', at: 'answer', accepted: true }
    )

    for (const accepted of [0, 0, 1]) {
      const answer = await sendSms(sandbox, { token })
      assert.equal(answer.failure, 'ECONNRESET')
      assert.isUndefined(answer.status)
      assert.lengthOf(sandbox.messages, accepted)
    }
  })

  test('redirect: elsewhere, with the status asked for', async ({ assert }) => {
    const sandbox = await startSandbox()
    sandbox.fault({ on: 'token', kind: 'redirect', status: 307, location: 'http://other.test/' })

    const answer = await askForToken(sandbox)
    assert.deepEqual([answer.status, answer.headers.location], [307, 'http://other.test/'])
  })

  test('bad-chunks: not HTTP', async ({ assert }) => {
    const sandbox = await startSandbox()
    sandbox.fault({ on: 'token', kind: 'bad-chunks' })
    assert.equal(await failureOf(askForToken(sandbox)), 'HPE_INVALID_CHUNK_SIZE')
  })

  test('echo: headers and body repeat what was sent', async ({ assert }) => {
    const sandbox = await startSandbox()
    sandbox.fault({ on: 'sms', kind: 'echo', status: 500 })

    const answer = await sendSms(sandbox, { token: 'a-secret', to: 'tel:+221779998877' })
    assert.equal(answer.status, 500)
    assert.equal(answer.headers['x-echo-authorization'], 'Bearer a-secret')
    assert.include(answer.headers['set-cookie']?.[0], 'a-secret')
    assert.include(json(answer).error_description, 'Bearer a-secret')
    assert.include(json(answer).requestError.serviceException.variables[0], '221779998877')
  })
})
