import { test } from '@japa/runner'
import { startSandbox } from '#tests/helpers/sandbox/start_sandbox'
import { json, obtainToken, SENDER, sendSms, statusOf } from '#tests/helpers/sandbox/sandbox_client'

const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

const TO = 'tel:+221771234567'

test.group('Sandbox, accepted sends', () => {
  test('answers 201 in the recorded shape and counts one message', async ({ assert }) => {
    const sandbox = await startSandbox()
    const token = await obtainToken(sandbox)
    const answer = await sendSms(sandbox, { token, fields: { senderName: 'MyBrand' } })

    const { resourceURL, ...rest } = json(answer).outboundSMSMessageRequest
    const [resourceId] = resourceURL.split('/').slice(-1)
    assert.equal(answer.status, 201)
    assert.deepEqual(rest, {
      address: [TO],
      senderAddress: SENDER,
      senderName: 'MyBrand',
      outboundSMSTextMessage: { message: 'Bonjour' },
    })
    assert.match(resourceId, UUID_V4)
    assert.equal(
      resourceURL,
      `https://api.orange.com/smsmessaging/v1/outbound/tel:+2210000/requests/${resourceId}`
    )
    assert.isUndefined(answer.headers.location)
    assert.lengthOf(sandbox.messages, 1)
    assert.containsSubset(sandbox.messages, [{ resourceId, address: TO, message: 'Bonjour' }])
  })

  test('leaves senderName out of the answer when the request has none', async ({ assert }) => {
    const sandbox = await startSandbox({ locationHeader: true })
    const answer = await sendSms(sandbox, { token: await obtainToken(sandbox) })

    const sent = json(answer).outboundSMSMessageRequest
    assert.notProperty(sent, 'senderName')
    assert.equal(answer.headers.location, sent.resourceURL)
  })

  test('takes the sender escaped and unescaped, the recipient as text and as list of one', async ({
    assert,
  }) => {
    const sandbox = await startSandbox()
    const token = await obtainToken(sandbox)

    for (const pathSender of ['tel%3A%2B2210000', 'tel:+2210000', 'tel%3a+2210000']) {
      assert.equal(await statusOf(sendSms(sandbox, { token, pathSender, to: [TO] })), 201)
    }
    assert.lengthOf(sandbox.messages, 3)
  })
})

test.group('Sandbox, tokens at the SMS endpoint', () => {
  test('code 40 without a bearer, 41 for an unknown one, 42 for an expired one', async ({
    assert,
  }) => {
    let now = 1_700_000_000_000
    const sandbox = await startSandbox({ clock: { now: () => now } })
    const token = await obtainToken(sandbox)
    const expired = {
      code: 42,
      message: 'Expired credentials',
      description:
        'The requested service needs credentials, and the ones provided were out-of-date.',
    }

    const none = await sendSms(sandbox, {})
    const bare = await sendSms(sandbox, { headers: { authorization: token } })
    const unknown = await sendSms(sandbox, { token: 'unknown' })
    assert.deepEqual(
      [none, bare, unknown].map((answer) => answer.status),
      [401, 401, 401]
    )
    assert.deepEqual(
      [none, bare, unknown].map((answer) => json(answer).code),
      [40, 40, 41]
    )

    now += 3_599_999
    assert.equal(await statusOf(sendSms(sandbox, { token })), 201)
    now += 1
    const late = await sendSms(sandbox, { token })
    assert.equal(late.status, 401)
    assert.equal(late.body.toString(), JSON.stringify(expired))
  })

  test('tokens can be expired and revoked; later ones are good', async ({ assert }) => {
    const sandbox = await startSandbox()
    const first = await obtainToken(sandbox)

    sandbox.expireTokens()
    assert.equal(json(await sendSms(sandbox, { token: first })).code, 42)
    sandbox.revokeTokens()
    assert.equal(json(await sendSms(sandbox, { token: first })).code, 41)
    assert.equal(await statusOf(sendSms(sandbox, { token: await obtainToken(sandbox) })), 201)
  })
})

test.group('Sandbox, pace', () => {
  test('refuses the sixth send of a second and takes the next one after it', async ({ assert }) => {
    let now = 1_700_000_000_000
    const sandbox = await startSandbox({ sendsPerSecond: 5, clock: { now: () => now } })
    const token = await obtainToken(sandbox)
    const burst = await Promise.all(Array.from({ length: 6 }, () => sendSms(sandbox, { token })))

    assert.deepEqual(burst.map((answer) => answer.status).sort(), [201, 201, 201, 201, 201, 403])
    assert.equal(json(burst.find((answer) => answer.status === 403)!).code, 53)

    sandbox.configure({ paceStatus: 429, paceRetryAfter: '1' })
    const refused = await sendSms(sandbox, { token })
    assert.equal(refused.status, 429)
    assert.equal(refused.headers['retry-after'], '1')

    now += 1000
    assert.equal(await statusOf(sendSms(sandbox, { token })), 201)
    assert.lengthOf(sandbox.messages, 6)
  })
})
