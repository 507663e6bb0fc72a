import { test } from '@japa/runner'
import { startSandbox } from '#tests/helpers/sandbox/start_sandbox'
import {
  exception,
  json,
  obtainToken,
  sendSms,
  statusOf,
} from '#tests/helpers/sandbox/sandbox_client'

const TO = 'tel:+221771234567'

test.group('Sandbox, refused sends', () => {
  test('refuses {title}')
    .with([
      { title: 'no recipient', fields: { address: undefined }, expected: [400, 'SVC0004'] },
      {
        title: 'a local number',
        fields: { address: 'tel:771234567x' },
        expected: [400, 'SVC0004'],
      },
      { title: 'two recipients', fields: { address: [TO, TO] }, expected: [403, 'POL0003'] },
      {
        title: 'another sender in the body',
        fields: { senderAddress: 'tel:+2250000' },
        expected: [400, 'SVC0002'],
      },
      { title: 'no text', fields: { outboundSMSTextMessage: {} }, expected: [400, 'SVC0002'] },
      {
        title: 'a long sender name',
        fields: { senderName: 'TwelveLetter' },
        expected: [400, 'SVC0003'],
      },
      {
        title: 'a long text',
        fields: { outboundSMSTextMessage: { message: 'x'.repeat(1025) } },
        expected: [400, 'SVC0280'],
      },
    ])
    .run(async ({ assert }, { fields, expected }) => {
      const sandbox = await startSandbox()
      const answer = await sendSms(sandbox, { token: await obtainToken(sandbox), fields })

      assert.deepEqual([answer.status, exception(answer).messageId], expected)
      assert.lengthOf(sandbox.messages, 0)
    })

  test('refuses {title} at the gateway')
    .with([
      { title: 'no body', options: { body: '' }, expected: [400, 21] },
      { title: 'half a body', options: { body: '{"outbound' }, expected: [400, 22] },
      { title: 'another body', options: { body: '{}' }, expected: [400, 23] },
      {
        title: 'another type',
        options: { headers: { 'content-type': 'text/plain' } },
        expected: [415, 68],
      },
      { title: 'another method', options: { method: 'PUT' }, expected: [405, 61] },
      {
        title: 'an Accept without JSON',
        options: { headers: { accept: 'text/html' } },
        expected: [406, 62],
      },
      {
        title: 'a sender that is no number',
        options: { pathSender: 'tel%3A2210000' },
        expected: [404, 60],
      },
      {
        title: 'a path that cannot be decoded',
        options: { pathSender: '%zz' },
        expected: [400, 20],
      },
      { title: 'a huge body', options: { body: 'x'.repeat(300_000) }, expected: [413, 66] },
    ])
    .run(async ({ assert }, { options, expected }) => {
      const sandbox = await startSandbox()
      const answer = await sendSms(sandbox, { token: await obtainToken(sandbox), ...options })
      assert.deepEqual([answer.status, json(answer).code], expected)
    })

  test('a policy error names its reason in variables, as list, as text or not at all', async ({
    assert,
  }) => {
    const sandbox = await startSandbox({ contract: 'expired' })
    const token = await obtainToken(sandbox)
    const answer = await sendSms(sandbox, { token })

    assert.equal(answer.status, 403)
    assert.deepEqual(json(answer), {
      requestError: {
        policyException: {
          messageId: 'POL0001',
          text: 'A policy error occurred. Error code is %1',
          variables: ['Expired contract'],
        },
      },
    })

    sandbox.configure({ variablesAs: 'string' })
    assert.equal(exception(await sendSms(sandbox, { token })).variables, 'Expired contract')
    sandbox.configure({ variablesAs: 'absent' })
    assert.notProperty(exception(await sendSms(sandbox, { token })), 'variables')
  })

  test('refuses for want of units, contract, subscription, registration', async ({ assert }) => {
    const sandbox = await startSandbox({ availableUnits: 1 })
    const token = await obtainToken(sandbox)
    const long = { outboundSMSTextMessage: { message: 'x'.repeat(161) } }

    const poor = await sendSms(sandbox, { token, fields: long })
    assert.deepEqual(exception(poor).variables, ['Insufficient balance'])
    assert.equal(await statusOf(sendSms(sandbox, { token })), 201)
    assert.equal(await statusOf(sendSms(sandbox, { token })), 403)

    sandbox.configure({ contract: 'none', availableUnits: 10 })
    assert.deepEqual(exception(await sendSms(sandbox, { token })).variables, [
      'No contract for this country',
    ])

    sandbox.configure({ contract: 'active', registeredSenderNames: ['MyBrand'] })
    const name = (senderName: string) => sendSms(sandbox, { token, fields: { senderName } })
    assert.equal(exception(await name('Other')).messageId, 'SVC0003')
    assert.equal(await statusOf(name('MyBrand')), 201)

    sandbox.configure({ application: 'not_subscribed' })
    assert.equal(json(await sendSms(sandbox, { token })).code, 50)
    sandbox.configure({ application: 'blocked' })
    assert.equal(json(await sendSms(sandbox, { token })).code, 51)
  })

  test('refuses a repeated correlator where the switch says so', async ({ assert }) => {
    const sandbox = await startSandbox()
    const token = await obtainToken(sandbox)
    const send = () => sendSms(sandbox, { token, fields: { clientCorrelator: 'same' } })

    await send()
    assert.equal(await statusOf(send()), 201)
    sandbox.configure({ refuseRepeatedCorrelators: true })
    assert.equal(exception(await send()).messageId, 'SVC0005')
    assert.lengthOf(sandbox.messages, 2)
  })
})
