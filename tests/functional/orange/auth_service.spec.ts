import { inspect } from 'node:util'
import { test } from '@japa/runner'
import { startGateway } from '#tests/helpers/gateway'

const body = JSON.stringify({
  outboundSMSMessageRequest: {
    address: 'tel:+221771234567',
    senderAddress: 'tel:+2210000',
    outboundSMSTextMessage: { message: 'Hello' },
  },
})

test.group('OrangeAuthService', () => {
  test('its headers carry the token, and show it to nobody', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context)

    const headers = await gateway.auth.getAuthenticatedHeaders()

    const token = await gateway.tokens.getAccessToken()
    assert.equal(headers.Authorization, token.authorization)
    assert.equal(headers.Accept, 'application/json')
    assert.notInclude(inspect(headers) + JSON.stringify(headers), token.authorization.release())
    assert.lengthOf(gateway.tokenRequests(), 1)
  })

  test('a request that it prepared is accepted by Orange as it is', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context)

    const request = await gateway.auth.prepareAuthenticatedRequest({
      method: 'POST',
      url: `${gateway.sandbox.url}/smsmessaging/v1/outbound/tel%3A%2B2210000/requests`,
      headers: { 'Content-Type': 'application/json' },
      body,
      deadlineMs: 5_000,
    })
    const answer = await gateway.http.exchange(request)

    assert.equal(answer.status, 201)
    assert.lengthOf(gateway.sandbox.messages, 1)
  })

  test('a refresh that it forced shows in its status', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context)
    const before = await gateway.tokens.getAccessToken()

    const info = await gateway.auth.forceTokenRefresh({ comment: 'drill' })

    assert.deepEqual(gateway.auth.getStatus().tokenInfo, info)
    assert.isTrue(info.isValid)
    assert.notEqual((await gateway.tokens.getAccessToken()).fingerprint, before.fingerprint)
    assert.lengthOf(gateway.tokenRequests(), 2)
  })
})
