import { test } from '@japa/runner'
import { Secret } from '@adonisjs/core/helpers'
import { TokenUnavailable } from '#oauth/errors'
import { startGateway } from '#tests/helpers/gateway'
import { ManualClock } from '#tests/helpers/manual_clock'
import { RecordingEventRecorder } from '#tests/helpers/recording_event_recorder'

const wrong = {
  clientId: 'sandbox-client',
  clientSecret: new Secret('not-the-right-secret'),
}

test.group('Credentials that Orange refuses', () => {
  test('10,000 sends make one call; health and the trail say why', async (context) => {
    const { assert } = context
    const recorder = new RecordingEventRecorder()
    const gateway = await startGateway(context, { credentials: wrong, recorder })

    const sms = { to: '+221771234567', from: '+2210000', message: 'Hello' }
    for (let round = 0; round < 10; round++) {
      const answers = await Promise.all(Array.from({ length: 100 }, () => gateway.send()))
      assert.isTrue(answers.every(({ status }) => status === 503))
    }
    for (let sends = 0; sends < 9_000; sends++) {
      await assert.rejects(() => gateway.client.send(sms), TokenUnavailable)
    }

    assert.lengthOf(gateway.tokenRequests(), 1)
    const health = await gateway.health()
    assert.equal(health.status, 503)
    assert.containsSubset(health.body, { details: { pause: { reason: 'invalid_client' } } })
    assert.deepEqual(
      recorder.events.map(({ type }) => type),
      [
        'auth.token.requested',
        'auth.token.request_failed',
        'auth.credentials.invalid',
        'auth.credentials.paused',
      ]
    )
  }).timeout(120_000)

  test('an administrator may force one try; the end of the pause allows the next', async (context) => {
    const { assert } = context
    const clock = new ManualClock()
    const gateway = await startGateway(context, {
      credentials: wrong,
      clock,
      // Nobody waits out a pause: the clock stands still while a send is under way.
      oauth: { waitMs: 1 },
    })
    await gateway.send()
    assert.lengthOf(gateway.tokenRequests(), 1)

    const forced = await gateway.call('admin', 'POST', '/api/oauth/refresh', {
      reason: 'try again',
    })
    assert.equal(forced.status, 502)
    assert.equal(forced.body.code, 'token_request_failed')
    assert.lengthOf(gateway.tokenRequests(), 2)

    await clock.advance(5 * 60_000 - 1)
    await gateway.send()
    assert.lengthOf(gateway.tokenRequests(), 2)

    await clock.advance(1)
    await gateway.send()
    assert.lengthOf(gateway.tokenRequests(), 3)
  })

  test('a forced refresh that Orange refuses keeps the old token', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context)
    await gateway.send()
    gateway.sandbox.fault({
      on: 'token',
      kind: 'answer',
      status: 401,
      body: '{"error":"invalid_client"}',
    })

    const forced = await gateway.call('admin', 'POST', '/api/oauth/refresh', { reason: 'drill' })

    assert.equal(forced.status, 502)
    assert.equal((await gateway.send()).status, 201)
    assert.equal((await gateway.health()).body.status, 'degraded')
  })

  test('the ready-made header of the portal works as well as id and secret', async (context) => {
    const { assert } = context
    const pair = 'sandbox-client:sandbox-secret'
    const header = `Basic ${Buffer.from(pair).toString('base64')}`
    const gateway = await startGateway(context, {
      credentials: { authorizationHeader: new Secret(header) },
    })

    assert.equal((await gateway.send()).status, 201)
  })

  test('a secret of unusual characters is sent as it is, not form-encoded', async (context) => {
    const { assert } = context
    const clientSecret = 'p+l us/=&%:é'
    const gateway = await startGateway(context, { sandbox: { clientSecret } })

    assert.equal((await gateway.send()).status, 201)
  })
})
