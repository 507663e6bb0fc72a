import { test } from '@japa/runner'
import { startGateway } from '#tests/helpers/gateway'
import { ManualClock } from '#tests/helpers/manual_clock'
import { RecordingEventRecorder } from '#tests/helpers/recording_event_recorder'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** No jitter: a token of one hour is due ten minutes before its end. */
const random = () => 0

test.group('The life of a token', () => {
  test('fresh: it is served without anything being asked', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context, { clock: new ManualClock(), random })

    await gateway.send()

    assert.equal(gateway.tokens.getTokenInfo().state, 'fresh')
    assert.isTrue(gateway.tokens.isTokenValid())
    assert.isFalse(gateway.tokens.shouldRefreshToken())
  })

  test('due: sends go on with the old token while one renewal runs behind them', async (context) => {
    const { assert } = context
    const clock = new ManualClock()
    const gateway = await startGateway(context, { clock, random })
    await gateway.send()
    gateway.sandbox.fault({ on: 'token', kind: 'delay', delayMs: 5_000 })

    await clock.advance(50 * MINUTE)
    assert.isTrue(gateway.tokens.shouldRefreshToken())
    const answers = await Promise.all(Array.from({ length: 5 }, () => gateway.send()))

    assert.isTrue(answers.every(({ status }) => status === 201))
    assert.isTrue(gateway.tokens.shouldRefreshToken(), 'nobody waited for the renewal')
    const used = new Set(gateway.smsRequests().map(({ headers }) => headers.authorization))
    assert.lengthOf([...used], 1)

    await gateway.manager.close()
    assert.equal(gateway.tokens.getTokenInfo().state, 'fresh')
    assert.lengthOf(gateway.tokenRequests(), 2)
  })

  test('an idle token is kept warm', async (context) => {
    const { assert } = context
    const clock = new ManualClock()
    const gateway = await startGateway(context, { clock, random })
    await gateway.send()

    for (let renewals = 1; renewals <= 3; renewals++) {
      await clock.advance(50 * MINUTE)
      await gateway.tokens.settled()
      assert.lengthOf(gateway.tokenRequests(), 1 + renewals)
      assert.equal(gateway.tokens.getTokenInfo().state, 'fresh')
    }
  })

  test('endpoint down for the rest of its life: served to the end, then 503, then back by itself', async (context) => {
    const { assert } = context
    const clock = new ManualClock()
    const recorder = new RecordingEventRecorder()
    // Nobody waits out a pause: the clock stands still while a send is under way.
    const oauth = { waitMs: 1 }
    const gateway = await startGateway(context, { clock, random: () => 0.99, recorder, oauth })
    await gateway.send()
    gateway.sandbox.fault({ on: 'token', kind: 'answer', status: 503, times: 10_000 })

    const { expiresAt } = gateway.tokens.getTokenInfo()
    const lastMoments = Date.parse(expiresAt!) - 2_000
    await clock.advance(48 * MINUTE)
    while (clock.now() + MINUTE < lastMoments) {
      await clock.advance(MINUTE)
      await gateway.tokens.settled()
      const answer = await gateway.send()
      assert.equal(answer.status, 201)
    }
    const troubled = await gateway.health()
    assert.equal(troubled.body.status, 'degraded')

    await clock.advance(lastMoments - clock.now() - 1)
    await gateway.tokens.settled()
    assert.equal((await gateway.send()).status, 201, 'one millisecond before its last moments')

    await clock.advance(1)
    await gateway.tokens.settled()
    const refused = await gateway.send()
    assert.equal(refused.status, 503)
    assert.equal(refused.body.code, 'token_unavailable')
    assert.isTrue(refused.body.retryable)
    assert.isAtLeast(Number(refused.headers.get('retry-after')), 1)
    assert.equal((await gateway.health()).status, 503)

    gateway.sandbox.reset()
    gateway.sandbox.configure({ sendsPerSecond: null })
    await clock.advance(MINUTE)
    await gateway.tokens.settled()
    assert.equal((await gateway.send()).status, 201)
    assert.equal((await gateway.health()).body.status, 'healthy')

    const stale = recorder.events.filter(({ type }) => type.startsWith('auth.token.stale_served'))
    assert.deepEqual(
      stale.map(({ type, reasonCode }) => [type, reasonCode]),
      [
        ['auth.token.stale_served.started', 'http_503'],
        ['auth.token.stale_served.ended', 'expired'],
      ]
    )
  })

  test('an outage that ends in time is recorded as begun and ended', async (context) => {
    const { assert } = context
    const clock = new ManualClock()
    const recorder = new RecordingEventRecorder()
    const gateway = await startGateway(context, { clock, random, recorder })
    await gateway.send()
    gateway.sandbox.fault({ on: 'token', kind: 'answer', status: 500 })

    await clock.advance(50 * MINUTE)
    await gateway.tokens.settled()
    await clock.advance(MINUTE)
    await gateway.tokens.settled()

    const stale = recorder.events.filter(({ type }) => type.startsWith('auth.token.stale_served'))
    assert.deepEqual(
      stale.map(({ type, reasonCode }) => [type, reasonCode]),
      [
        ['auth.token.stale_served.started', 'http_500'],
        ['auth.token.stale_served.ended', 'renewed'],
      ]
    )
  })

  test('absent: asked for once, and the caller waits', async (context) => {
    const { assert } = context
    const clock = new ManualClock()
    const gateway = await startGateway(context, { clock, random })
    await gateway.send()

    clock.jump(HOUR)

    assert.equal(gateway.tokens.getTokenInfo().state, 'absent')
    assert.equal((await gateway.send()).status, 201)
    assert.lengthOf(gateway.tokenRequests(), 2)
  })

  test('a batch that asks for more life than the token has left waits for a newer one', async (context) => {
    const { assert } = context
    const clock = new ManualClock()
    const gateway = await startGateway(context, { clock, random })
    const first = await gateway.tokens.getAccessToken()
    await clock.advance(30 * MINUTE)

    const enough = await gateway.tokens.getAccessToken({ minValidity: 20 * MINUTE })
    assert.equal(enough, first)

    const newer = await gateway.tokens.getAccessToken({ minValidity: 40 * MINUTE })
    assert.notEqual(newer, first)
    assert.isAbove(newer.remaining(clock), 40 * MINUTE)
    assert.lengthOf(gateway.tokenRequests(), 2)
  })

  test('asking for more life than any token has does not ask the endpoint each time', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context, { clock: new ManualClock(), random })

    for (let calls = 0; calls < 5; calls++) {
      await gateway.tokens.getAccessToken({ minValidity: 10 * HOUR })
    }
    assert.lengthOf(gateway.tokenRequests(), 1)
  })

  test('without a cache every send makes one token request of its own', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context, { oauth: { cacheEnabled: false } })

    const answers = await Promise.all(Array.from({ length: 10 }, () => gateway.send()))

    assert.isTrue(answers.every(({ status }) => status === 201))
    assert.lengthOf(gateway.tokenRequests(), 10)
  })

  test('without a cache a refused token is replaced and the send replayed once', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context, { oauth: { cacheEnabled: false } })
    gateway.sandbox.fault({ on: 'sms', kind: 'answer', status: 401, body: '{"code":42}' })

    assert.equal((await gateway.send()).status, 201)
    assert.lengthOf(gateway.tokenRequests(), 2)
    assert.lengthOf(gateway.sandbox.messages, 1)
  })

  test('a cleared token is not used again', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context)
    await gateway.send()

    const answer = await gateway.call('admin', 'DELETE', '/api/oauth/token?reason=leaver')
    assert.equal(answer.status, 204)
    assert.isFalse(gateway.tokens.isTokenValid())

    await gateway.send()
    const [first, second] = gateway.smsRequests()
    assert.notEqual(first.headers.authorization, second.headers.authorization)
  })

  test('health of a gateway that never sent anything is healthy, and asks nobody', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context)

    const health = await gateway.health()

    assert.equal(health.status, 200)
    assert.containsSubset(health.body, {
      service: 'oauth',
      status: 'healthy',
      details: { authenticated: false, headroomSeconds: null, pause: null, store: 'memory' },
    })
    assert.lengthOf(gateway.sandbox.requests, 0)
  })

  test('nobody is shown, or made to pay for, tokens that do not exist', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context)

    const tenant = await gateway.health('?tenant=acme')
    assert.deepEqual([tenant.status, tenant.body.code], [404, 'unknown_tenant'])
    const provider = await gateway.health('?provider=nobody')
    assert.deepEqual([provider.status, provider.body.code], [404, 'unknown_provider'])
    const refresh = { provider: '__proto__', reason: 'curious' }
    assert.equal((await gateway.call('admin', 'POST', '/api/oauth/refresh', refresh)).status, 404)
  })

  test('probing health asks for a token as a send would', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context)

    const health = await gateway.health('?probe=true')
    assert.containsSubset(health.body, { details: { authenticated: true } })
    assert.lengthOf(gateway.tokenRequests(), 1)

    gateway.sandbox.fault({ on: 'token', kind: 'answer', status: 401, times: 100 })
    await gateway.tokens.clearToken()
    assert.equal((await gateway.health('?probe=true')).status, 503)
  })
})
