import { test } from '@japa/runner'
import { startGateway } from '#tests/helpers/gateway'
import { RecordingEventRecorder } from '#tests/helpers/recording_event_recorder'
import type { AuditEvent } from '#shared/event_recorder'

/** So late that there is no time left for another try. */
const late = { on: 'sms', kind: 'answer', delayMs: 900 } as const
const smsDeadlineMs = 1_000

test.group('A send that runs out of time', () => {
  test('is not tried again when Orange was busy until the end: it stays a clear refusal', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context, { smsDeadlineMs, random: () => 0 })
    gateway.sandbox.fault({ ...late, status: 503 })

    const answer = await gateway.send()

    assert.equal(answer.status, 503)
    assert.equal(answer.body.code, 'orange_unavailable')
    assert.isTrue(answer.body.retryable)
    assert.lengthOf(gateway.smsRequests(), 1)
    assert.lengthOf(gateway.sandbox.messages, 0)
  })

  test('is not replayed when its token was refused at the end', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context, { smsDeadlineMs })
    gateway.sandbox.fault({ ...late, status: 401, body: '{"code":42}' })

    const answer = await gateway.send()

    assert.equal(answer.status, 502)
    assert.equal(answer.body.code, 'orange_rejected_token')
    assert.lengthOf(gateway.smsRequests(), 1)
    assert.equal((await gateway.send()).status, 201)
  })

  test('does not wait longer for a new token than it has time', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context, { smsDeadlineMs })
    await gateway.tokens.getAccessToken()
    gateway.sandbox.expireTokens()
    gateway.sandbox.fault({ on: 'token', kind: 'delay', delayMs: 5_000 })

    const startedAt = performance.now()
    const answer = await gateway.send()

    assert.equal(answer.status, 503)
    assert.equal(answer.body.code, 'token_unavailable')
    assert.isBelow(performance.now() - startedAt, 3_000)
  })
})

/** A mistake of ours in the middle of a send. */
class Defective extends RecordingEventRecorder {
  override async record(event: AuditEvent): Promise<void> {
    if (event.type === 'auth.upstream.throttled') throw new TypeError('a defect')
    return super.record(event)
  }
}

test.group('A send that ends in a defect of ours', () => {
  test('is unknown to the caller and in the ledger, so that nobody sends it again', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context, { recorder: new Defective() })
    gateway.sandbox.fault({ on: 'sms', kind: 'answer', status: 429 })

    const answer = await gateway.send()

    assert.equal(answer.status, 202)
    assert.equal(answer.body.data.status, 'unknown')
    const { body } = await gateway.call('sender', 'GET', `/api/sms/messages/${answer.body.data.id}`)
    assert.containsSubset(body.data, { status: 'unknown', reason: { code: 'internal_error' } })
  })
})

test.group('Renewals and sends', () => {
  test('a renewal does not queue behind sends that Orange answers slowly', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context, { maxSockets: 1 })
    await gateway.tokens.getAccessToken()
    gateway.sandbox.fault({ on: 'sms', kind: 'delay', delayMs: 1_500, times: 2 })
    const sends = [gateway.send(), gateway.send()]

    const startedAt = performance.now()
    const refresh = await gateway.call('admin', 'POST', '/api/oauth/refresh', { reason: 'drill' })

    assert.equal(refresh.status, 200)
    assert.isBelow(performance.now() - startedAt, 1_400)
    const answers = await Promise.all(sends)
    assert.deepEqual(
      answers.map(({ status }) => status),
      [201, 201]
    )
  })
})
