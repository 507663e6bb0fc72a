import { test } from '@japa/runner'
import { startGateway, type ApiAnswer } from '#tests/helpers/gateway'

const EXPIRED = JSON.stringify({
  code: 42,
  message: 'Expired credentials',
  description: 'The requested service needs credentials, and the ones provided were out-of-date.',
})

const expiredAnswer = {
  on: 'sms',
  kind: 'answer',
  status: 401,
  headers: { 'content-type': 'application/json' },
  body: EXPIRED,
} as const

function countBy(answers: ApiAnswer[]): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

test.group('Many sends at once', () => {
  test('1,000 concurrent sends on a cold gateway make one token request', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context)

    const answers = await Promise.all(Array.from({ length: 1_000 }, () => gateway.send()))

    assert.deepEqual(countBy(answers), { 201: 1_000 })
    assert.lengthOf(gateway.tokenRequests(), 1)
    assert.lengthOf(gateway.sandbox.messages, 1_000)
  }).timeout(60_000)

  test('1,000 sends in flight are refused for the same token: one new token, each replayed and delivered once', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context)
    await gateway.tokens.getAccessToken()
    gateway.sandbox.expireTokens()

    // Past the HTTP server, so that all of them take the token before the first answer comes.
    const sms = { to: '+221771234567', from: '+2210000', message: 'Hello' }
    const outcomes = await Promise.all(
      Array.from({ length: 1_000 }, () => gateway.client.send(sms))
    )

    assert.isTrue(outcomes.every(({ status }) => status === 'sent'))
    assert.lengthOf(gateway.tokenRequests(), 2)
    assert.lengthOf(gateway.smsRequests(), 2_000)
    assert.lengthOf(gateway.sandbox.messages, 1_000)
  }).timeout(60_000)

  test('1,000 callers of the API notice nothing of a token that expired early', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context)
    await gateway.tokens.getAccessToken()
    gateway.sandbox.expireTokens()

    const answers = await Promise.all(Array.from({ length: 1_000 }, () => gateway.send()))

    assert.deepEqual(countBy(answers), { 201: 1_000 })
    assert.lengthOf(gateway.tokenRequests(), 2)
    assert.lengthOf(gateway.sandbox.messages, 1_000)
  }).timeout(60_000)

  test('when Orange refuses every token, 100 sends cost one new token, not 100', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context)
    gateway.sandbox.fault({ ...expiredAnswer, times: 10_000 })

    const first = await gateway.send()
    assert.equal(first.status, 502)
    assert.equal(first.body.code, 'orange_rejected_token')

    const rest = await Promise.all(Array.from({ length: 99 }, () => gateway.send()))

    assert.deepEqual(countBy(rest), { 503: 99 })
    assert.lengthOf(gateway.tokenRequests(), 2)
    assert.lengthOf(gateway.sandbox.messages, 0)
    const health = await gateway.health()
    assert.equal(health.status, 503)
    assert.containsSubset(health.body, { details: { pause: { reason: 'token_rejected' } } })
  })

  test('when Orange refuses every token, 100 concurrent sends cost one new token too', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context)
    gateway.sandbox.fault({ ...expiredAnswer, times: 10_000 })

    const answers = await Promise.all(Array.from({ length: 100 }, () => gateway.send()))

    assert.isTrue(answers.every(({ status }) => status === 502 || status === 503))
    assert.lengthOf(gateway.tokenRequests(), 2)
  })

  test('a forced refresh is seen by the next send', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context)
    await gateway.send()
    const before = gateway.tokens.getTokenInfo()

    const refresh = await gateway.call('admin', 'POST', '/api/oauth/refresh', {
      reason: 'rotated the secret',
    })
    assert.equal(refresh.status, 200)
    await gateway.send()

    const [first, second] = gateway.smsRequests()
    assert.notEqual(first.headers.authorization, second.headers.authorization)
    assert.lengthOf(gateway.tokenRequests(), 2)
    assert.notEqual(before.issuedAt, gateway.tokens.getTokenInfo().issuedAt)
  })

  test('50 forced refreshes at once are one token request', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context)
    gateway.sandbox.fault({ on: 'token', kind: 'delay', delayMs: 500 })

    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        gateway.call('admin', 'POST', '/api/oauth/refresh', { reason: 'all at once' })
      )
    )

    assert.deepEqual(countBy(answers), { 200: 50 })
    assert.lengthOf(gateway.tokenRequests(), 1)
  })
})
