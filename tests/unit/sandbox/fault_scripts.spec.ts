import { test } from '@japa/runner'
import type { Fault } from '#orange/sandbox/faults/fault'
import { parseFault } from '#orange/sandbox/faults/parse_fault'
import { startSandbox } from '#tests/helpers/sandbox/start_sandbox'
import {
  askForToken,
  control,
  json,
  sendSms,
  statusOf,
} from '#tests/helpers/sandbox/sandbox_client'

test.group('Sandbox, fault scripts', () => {
  test('are played in order, as often as they say, on their own route', async ({ assert }) => {
    const sandbox = await startSandbox()
    const posted = await control(sandbox, 'POST faults', [
      { on: 'token', status: 503, times: 2 },
      { on: 'sms', kind: 'answer', status: 500 },
      { on: 'any', kind: 'answer', status: 418 },
    ])
    assert.equal(posted.status, 200)
    assert.lengthOf(json(posted).data, 3)

    const statuses = []
    for (let turn = 0; turn < 4; turn++) statuses.push(await statusOf(askForToken(sandbox)))
    assert.deepEqual(statuses, [503, 503, 418, 200])
    assert.equal(await statusOf(sendSms(sandbox, {})), 500)
    assert.deepEqual(json(await control(sandbox, 'GET faults')).data, [])
  })

  test('with a probability strike by chance, without end or as often as they say', async ({
    assert,
  }) => {
    const chances = [0.2, 0.9, 0.4, 0.1]
    const sandbox = await startSandbox({ random: () => chances.shift()! })
    sandbox.fault({ on: 'token', kind: 'answer', status: 500, probability: 0.5, times: 3 })

    const statuses = []
    for (let turn = 0; turn < 5; turn++) statuses.push(await statusOf(askForToken(sandbox)))
    assert.deepEqual(statuses, [500, 200, 500, 500, 200])

    sandbox.fault({ on: 'token', kind: 'answer', status: 500, probability: 0.5 })
    chances.push(0, 0, 0, 0.7)
    for (const status of [500, 500, 500, 200]) {
      assert.equal(await statusOf(askForToken(sandbox)), status)
    }
    assert.lengthOf(sandbox.faults, 1)
  })

  test('that are malformed are refused as a whole, naming the field', async ({ assert }) => {
    const sandbox = await startSandbox()
    const answer = await control(sandbox, 'POST faults', [
      { on: 'token', kind: 'hang' },
      { on: 'token', kind: 'answer', status: 99 },
    ])

    assert.equal(answer.status, 400)
    assert.deepEqual(json(answer), {
      error: 'fault 2: status must be a whole number from 200 to 599',
    })
    assert.lengthOf(sandbox.faults, 0)

    const broken = await control(sandbox, 'POST faults', '{"on":')
    assert.deepEqual([broken.status, json(broken).error], [400, 'the body is not JSON'])
  })

  test('{$i}: a malformed one is refused: {says}')
    .with([
      { script: null, says: 'must be a JSON object' },
      { script: { kind: 'hang' }, says: 'on must be one of' },
      { script: { on: 'nowhere', kind: 'hang' }, says: 'on must be one of' },
      { script: { on: 'sms', kind: 'explode' }, says: 'kind must be one of' },
      {
        script: { on: 'sms', kind: 'hang', afterBytes: 1 },
        says: '"afterBytes" is not known here',
      },
      { script: { on: 'sms', kind: 'hang', times: 0 }, says: 'times must be' },
      { script: { on: 'sms', kind: 'hang', probability: 2 }, says: 'probability must be' },
      { script: { on: 'sms', kind: 'delay' }, says: 'delayMs is needed' },
      { script: { on: 'sms', kind: 'redirect' }, says: 'location is needed' },
      { script: { on: 'sms', kind: 'refuse', forMs: 5 }, says: '"connection" only' },
      { script: { on: 'connection', kind: 'echo' }, says: 'only refuse, hang, reset' },
      { script: { on: 'sms', body: 'a', bodyBase64: 'YQ==' }, says: 'exclude each other' },
      { script: { on: 'sms', headers: { 'X-A': 'a\r\nb' } }, says: 'headers must be' },
      { script: { on: 'sms', bodyBase64: '?' }, says: 'bodyBase64 must be base64' },
    ])
    .run(({ assert }, { script, says }) => {
      assert.throws(() => parseFault(script), new RegExp(says))
    })

  test('that are malformed are refused in process too', async ({ assert }) => {
    const sandbox = await startSandbox()
    const wrong = { on: 'token', kind: 'stall', afterBytes: -1 } as Fault
    assert.throws(() => sandbox.fault(wrong), /^afterBytes must be/)
  })
})
