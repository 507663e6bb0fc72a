import { test } from '@japa/runner'
import { startSandbox } from '#tests/helpers/sandbox/start_sandbox'
import { exception, json, obtainToken, sendSms } from '#tests/helpers/sandbox/sandbox_client'

test.group('Sandbox, recipients with a condition', () => {
  test('a number ending in {ending} is answered {expected}')
    .with([
      { ending: '9001', expected: [400, 'SVC0001'] },
      { ending: '9002', expected: [400, 'SVC0002'] },
      { ending: '9003', expected: [400, 'SVC0003'] },
      { ending: '9004', expected: [400, 'SVC0004'] },
      { ending: '9280', expected: [400, 'SVC0280'] },
      { ending: '9301', expected: [403, 'POL0001'] },
      { ending: '9302', expected: [403, 'POL0001'] },
      { ending: '9303', expected: [403, 'POL0001'] },
      { ending: '9440', expected: [401, 40] },
      { ending: '9441', expected: [401, 41] },
      { ending: '9442', expected: [401, 42] },
      { ending: '9450', expected: [403, 50] },
      { ending: '9453', expected: [403, 53] },
      { ending: '9429', expected: [429, 53] },
      { ending: '9501', expected: [500, 1] },
      { ending: '9505', expected: [503, 5] },
      { ending: '9506', expected: [503, 6] },
    ])
    .run(async ({ assert }, { ending, expected }) => {
      const sandbox = await startSandbox()
      const token = await obtainToken(sandbox)
      const answer = await sendSms(sandbox, { token, to: `tel:+22177000${ending}` })

      const code = json(answer).code ?? exception(answer).messageId
      assert.deepEqual([answer.status, code], expected)
      assert.lengthOf(sandbox.messages, 0)
    })

  test('9408 is accepted and never answered, 9201 accepted without a resource', async ({
    assert,
  }) => {
    const sandbox = await startSandbox()
    const token = await obtainToken(sandbox)

    const silent = await sendSms(sandbox, { token, to: 'tel:+221770009408', timeoutMs: 150 })
    assert.equal(silent.failure, 'ETIMEDOUT')
    assert.isUndefined(silent.status)

    const vague = await sendSms(sandbox, { token, to: 'tel:+221770009201' })
    assert.equal(vague.status, 201)
    assert.notProperty(json(vague).outboundSMSMessageRequest, 'resourceURL')
    assert.lengthOf(sandbox.messages, 2)
  })
})
