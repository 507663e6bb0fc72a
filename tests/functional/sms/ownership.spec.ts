import { test } from '@japa/runner'
import { callApi } from '#tests/helpers/gateway'
import { startSmsTrial } from '#tests/helpers/sms_trial'
import { bearer } from '#tests/helpers/users'

test.group('Whose messages', () => {
  test('another sender’s message is not there', async (context) => {
    const { assert } = context
    const trial = await startSmsTrial(context)
    const { body } = await trial.warmUp()
    const path = `/api/sms/messages/${body.data.id}`

    const stranger = await callApi('GET', path, { bearer: await bearer('sender') })
    assert.equal(stranger.status, 404)
    assert.containsSubset(stranger.body, { code: 'not_found', retryable: false })
    assert.notProperty(stranger.body, 'data')

    const reviewer = await callApi('GET', path, { bearer: await bearer('reviewer') })
    assert.equal(reviewer.status, 403)
    assert.equal((await callApi('GET', path)).status, 401)
  })

  test('an administrator, who has sms:read:all, sees the messages of all', async (context) => {
    const { assert } = context
    const trial = await startSmsTrial(context)
    const { body } = await trial.warmUp()

    const answer = await trial.call('admin', 'GET', `/api/sms/messages/${body.data.id}`)
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    assert.containsSubset(answer.body.data, { id: body.data.id, to: '+221771234567' })
  })

  test('{$self} is no message')
    .with([
      '00000000-0000-4000-8000-000000000000',
      '1',
      'undefined',
      '..%2F..%2Fetc%2Fpasswd',
      '%27%20OR%201%3D1',
      '%00',
      'a'.repeat(64),
      '00000000-0000-4000-8000-00000000000%0a',
    ])
    .run(async (context, id) => {
      const { assert } = context
      const trial = await startSmsTrial(context)

      const answer = await trial.call('sender', 'GET', `/api/sms/messages/${id}`)
      assert.equal(answer.status, 404, JSON.stringify(answer.body))
      assert.equal(answer.body.code, 'not_found')
    })

  test('an administrator cannot send', async (context) => {
    const { assert } = context
    const trial = await startSmsTrial(context)

    const sms = { to: '+221771234567', message: 'Hello' }
    const answer = await trial.call('admin', 'POST', '/api/sms/send', sms)
    assert.equal(answer.status, 403)
    assert.lengthOf(trial.sandbox.requests, 0)
  })
})

test.group('What operators decide', () => {
  test('while sending is switched off, nothing is asked, written or sent', async (context) => {
    const { assert } = context
    const trial = await startSmsTrial(context, { smsEnabled: false })

    const answer = await trial.send()
    assert.equal(answer.status, 503)
    assert.containsSubset(answer.body, { code: 'sms_disabled', retryable: true })
    assert.lengthOf(trial.sandbox.requests, 0)
    assert.lengthOf(await trial.rows(), 0)
    assert.equal((await trial.send({ to: 'wrong' })).body.code, 'sms_disabled')
  })

  test('a recipient in {country} is written to from {sender}')
    .with([
      { country: 'Senegal', to: '+221771234567', sender: '+2210000' },
      { country: 'Ivory Coast', to: '+2250707123456', sender: '+2250000' },
      { country: 'a country without one', to: '+33612345678', sender: '+2210000' },
    ])
    .run(async (context, { to, sender }) => {
      const { assert } = context
      const trial = await startSmsTrial(context, { senders: ['+2210000', '+2250000'] })

      const answer = await trial.send({ to })
      assert.equal(answer.status, 201, JSON.stringify(answer.body))
      assert.equal(trial.sandbox.messages[0].senderAddress, `tel:${sender}`)
      const { row } = await trial.message(answer)
      assert.equal(row.sender_address, sender)
    })
})
