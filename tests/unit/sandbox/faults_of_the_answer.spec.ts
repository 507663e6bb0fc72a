import { brotliDecompressSync, gunzipSync } from 'node:zlib'
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

test.group('Sandbox, faults of the real answer', () => {
  test('stall: head and first bytes, then nothing', async ({ assert }) => {
    const sandbox = await startSandbox()
    sandbox.fault({ on: 'token', kind: 'stall' }, { on: 'token', kind: 'stall', afterBytes: 5 })

    for (const bytes of [0, 5]) {
      const answer = await askForToken(sandbox, { timeoutMs: 150 })
      assert.equal(answer.status, 200)
      assert.lengthOf(answer.body, bytes)
      assert.equal(answer.failure, 'ETIMEDOUT')
    }
  })

  test('drip: one byte at a time, whole in the end', async ({ assert }) => {
    const sandbox = await startSandbox()
    sandbox.fault(
      { on: 'token', kind: 'drip', intervalMs: 60 },
      { on: 'token', kind: 'drip', intervalMs: 0 }
    )

    const slow = await askForToken(sandbox, { timeoutMs: 200 })
    assert.equal(slow.failure, 'ETIMEDOUT')
    assert.isAtLeast(slow.body.length, 1)
    assert.isBelow(slow.body.length, 10)

    const whole = await askForToken(sandbox)
    assert.isUndefined(whole.failure)
    assert.equal(json(whole).token_type, 'Bearer')
  })

  test('{title}: the answer ends early, the SMS was accepted')
    .with([
      { title: 'reset in the body', fault: { kind: 'reset', at: 'body' } },
      { title: 'truncate', fault: { kind: 'truncate' } },
      { title: 'wrong-length, too long', fault: { kind: 'wrong-length', by: 7 } },
    ] as const)
    .run(async ({ assert }, { fault }) => {
      const sandbox = await startSandbox()
      const token = await obtainToken(sandbox)
      sandbox.fault({ on: 'sms', ...fault })

      const answer = await sendSms(sandbox, { token })
      assert.equal(answer.status, 201)
      assert.equal(answer.failure, 'ECONNRESET')
      assert.isBelow(answer.body.length, Number(answer.headers['content-length']))
      assert.isAtLeast(answer.body.length, 1)
      assert.lengthOf(sandbox.messages, 1)
    })

  test('wrong-length, too short: the answer is cut where it says', async ({ assert }) => {
    const sandbox = await startSandbox()
    sandbox.fault({ on: 'token', kind: 'wrong-length', by: -20 })

    const answer = await askForToken(sandbox)
    assert.lengthOf(answer.body, Number(answer.headers['content-length']))
    assert.throws(() => json(answer))
  })

  test('bomb: little on the wire, much when unpacked', async ({ assert }) => {
    const sandbox = await startSandbox()
    const unpackers = { gzip: gunzipSync, br: brotliDecompressSync }

    for (const encoding of ['gzip', 'br'] as const) {
      sandbox.fault({ on: 'token', kind: 'bomb', encoding, bytes: 8_000_000 })
      const answer = await askForToken(sandbox)
      assert.equal(answer.headers['content-encoding'], encoding)
      assert.isBelow(answer.body.length, 50_000)

      const unpacked = unpackers[encoding](answer.body)
      assert.lengthOf(unpacked, 8_000_000)
      assert.equal(JSON.parse(unpacked.toString()).token_type, 'Bearer')
    }
  })

  test('oversize: a valid answer of the size asked for; leaving early harms nothing', async ({
    assert,
  }) => {
    const sandbox = await startSandbox()
    sandbox.fault(
      { on: 'token', kind: 'oversize', bytes: 2_000_000 },
      { on: 'token', kind: 'oversize', bytes: 1_000_000_000 }
    )

    const answer = await askForToken(sandbox)
    assert.lengthOf(answer.body, 2_000_000)
    assert.equal(json(answer).token_type, 'Bearer')

    assert.equal(await failureOf(askForToken(sandbox, { timeoutMs: 80 })), 'ETIMEDOUT')
    assert.equal(await statusOf(askForToken(sandbox)), 200)
  })

  test('informational-storm: many heads before the real answer', async ({ assert }) => {
    const sandbox = await startSandbox()
    sandbox.fault({ on: 'token', kind: 'informational-storm', count: 200 })

    const answer = await askForToken(sandbox)
    assert.equal(answer.informational, 200)
    assert.equal(json(answer).token_type, 'Bearer')
  })
})
