import { test } from '@japa/runner'
import { rawSend } from '#tests/helpers/raw_send'
import { startSmsTrial } from '#tests/helpers/sms_trial'

const VALID = { to: '+221771234567', message: 'Hello' }

test.group('A request that says more than it may', () => {
  test('H9 | fields that are not the caller’s to set change nothing', async (context) => {
    const { assert } = context
    const trial = await startSmsTrial(context)
    const id = '00000000-0000-4000-8000-000000000000'

    const answer = await trial.send({
      id,
      status: 'sent',
      userId: trial.admin.id,
      user_id: trial.admin.id,
      resourceId: 'made-up',
      tokenFingerprint: 'made-up',
      senderAddress: '+33000',
      from: '+33000',
      segments: 99,
      createdAt: 0,
      requestId: 'made-up',
    })
    assert.equal(answer.status, 201)
    const [sent] = trial.sandbox.messages
    assert.equal(sent.senderAddress, 'tel:+2210000')

    const { row } = await trial.message(answer)
    assert.notEqual(row.id, id)
    assert.containsSubset(row, {
      user_id: trial.sender.id,
      resource_id: sent.resourceId,
      sender_address: '+2210000',
      segments: 1,
    })
    assert.notInclude(JSON.stringify(row), 'made-up')
    assert.isAbove(Number(row.created_at), 0)
  })

  test('H9 | of a repeated name one value counts, in one SMS', async (context) => {
    const { assert } = context
    const trial = await startSmsTrial(context)

    const body = '{"to":"+221771111111","message":"Hello","to":"+221772222222"}'
    const answer = await rawSend(trial.bearers.sender, body)
    assert.equal(answer.status, 201)
    assert.deepEqual(
      trial.sandbox.messages.map(({ address }) => address),
      [`tel:${answer.body.data.to}`]
    )
  })

  test('H9 | parameters of the address say nothing about the SMS', async (context) => {
    const { assert } = context
    const trial = await startSmsTrial(context)

    const path = '/api/sms/send?to=%2B221772222222&message=Injected&senderName=Evil&_method=DELETE'
    const answer = await trial.call('sender', 'POST', path, VALID)
    assert.equal(answer.status, 201)
    assert.containsSubset(trial.sandbox.messages[0], {
      address: `tel:${VALID.to}`,
      message: VALID.message,
    })
    assert.isUndefined(trial.sandbox.messages[0].senderName)

    const bare = await trial.call('sender', 'POST', path)
    assert.equal(bare.status, 422, 'parameters of the address are no body')
    assert.lengthOf(trial.sandbox.messages, 1)
  })

  test('H9 | a member called __proto__ changes no prototype', async (context) => {
    const { assert } = context
    const trial = await startSmsTrial(context)

    const body = '{"to":"+221771234567","message":"Hello","__proto__":{"senderName":"Evil"}}'
    const answer = await rawSend(trial.bearers.sender, body)
    assert.oneOf(answer.status, [201, 400])
    assert.notProperty({}, 'senderName')
    for (const sent of trial.sandbox.messages) assert.isUndefined(sent.senderName)
  })
})
