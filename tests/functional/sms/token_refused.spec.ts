import { test } from '@japa/runner'
import { eventually } from '#tests/helpers/eventually'
import { gatewayBody } from '#tests/helpers/orange_bodies'
import { startSmsTrial } from '#tests/helpers/sms_trial'

const EXPIRED = { on: 'sms', kind: 'answer', status: 401, body: gatewayBody(42) } as const

const REJECTED = 'auth.upstream.rejected_401'
const RETRIED = 'auth.upstream.retried_after_401'
const CLEARED = 'auth.token.cleared (rejected_by_api)'
const RENEWED = ['auth.token.requested (absent)', 'auth.token.generated (absent)']

test.group('Orange refuses our token', () => {
  test('S1 | an expired token is renewed once, and the SMS sent once', async (context) => {
    const { assert } = context
    const trial = await startSmsTrial(context)
    const first = await trial.message(await trial.warmUp())
    const before = trial.events().length
    trial.sandbox.expireTokens()

    const answer = await trial.send()
    assert.equal(answer.status, 201, JSON.stringify(answer.body))
    assert.lengthOf(trial.tokenRequests(), 2)
    assert.lengthOf(trial.smsRequests(), 3)
    assert.lengthOf(trial.sandbox.messages, 2)
    assert.deepEqual(trial.events().slice(before), [REJECTED, CLEARED, ...RENEWED, RETRIED])

    const { row, seen } = await trial.message(answer)
    const [, sent] = trial.sandbox.messages
    assert.containsSubset(row, { status: 'sent', reason_code: null, resource_id: sent.resourceId })
    assert.containsSubset(seen, { status: 'sent', reason: null, resourceId: sent.resourceId })
    assert.notEqual(row.token_fingerprint, first.row.token_fingerprint)
    assert.match(String(row.token_fingerprint), /^[\da-f]{32}$/)
  })

  test('S1 | the trail names both tokens, the request and what Orange said', async (context) => {
    const { assert } = context
    const trial = await startSmsTrial(context)
    const first = await trial.message(await trial.warmUp())
    trial.sandbox.expireTokens()

    const { row } = await trial.message(await trial.send())
    const about = (type: string) => trial.recorder.events.find((event) => event.type === type)!
    assert.containsSubset(about(REJECTED), {
      outcome: 'failure',
      httpStatus: 401,
      upstreamCode: '42',
      correlationId: row.request_id,
      token: { fingerprint: first.row.token_fingerprint },
    })
    assert.containsSubset(about(RETRIED), {
      outcome: 'success',
      httpStatus: 201,
      correlationId: row.request_id,
      token: { fingerprint: row.token_fingerprint },
    })
  })

  test('S1 | 200 sends that are refused at once cost one new token', async (context) => {
    const { assert } = context
    const trial = await startSmsTrial(context)
    await trial.warmUp()
    trial.sandbox.expireTokens()

    const texts = Array.from({ length: 200 }, (_, index) => `Message ${index}`)
    const answers = await Promise.all(texts.map((message) => trial.send({ message })))
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [201])
    assert.lengthOf(trial.tokenRequests(), 2)

    const accepted = trial.sandbox.messages.slice(1).map(({ message }) => message)
    assert.sameMembers(accepted, texts)
    assert.lengthOf(accepted, 200)

    const rows = await trial.rows()
    assert.lengthOf(rows, 201)
    assert.deepEqual([...new Set(rows.map(({ status }) => status))], ['sent'])
    assert.lengthOf(
      trial.events().filter((event) => event === CLEARED),
      1
    )
  })

  test('S2 | a fresh token that is refused too ends it: the next send buys none', async (context) => {
    const { assert } = context
    const trial = await startSmsTrial(context)
    await trial.warmUp()
    trial.sandbox.fault({ ...EXPIRED, times: 2 })

    const answer = await trial.send()
    assert.equal(answer.status, 502)
    assert.containsSubset(answer.body, { code: 'orange_rejected_token', retryable: true })
    assert.lengthOf(trial.tokenRequests(), 2)
    assert.lengthOf(trial.smsRequests(), 3)

    const { row } = await trial.message(answer)
    assert.containsSubset(row, { status: 'failed', reason_code: '42', resource_id: null })
    assert.match(String(row.token_fingerprint), /^[\da-f]{32}$/)

    const next = await trial.send()
    assert.equal(next.status, 503)
    assert.containsSubset(next.body, { code: 'token_unavailable', retryable: true })
    assert.equal(next.headers.get('retry-after'), '60')
    assert.lengthOf(trial.tokenRequests(), 2)
    assert.lengthOf(trial.smsRequests(), 3)
    assert.lengthOf(trial.sandbox.messages, 1)
    assert.includeMembers(trial.events(), [RETRIED, 'auth.credentials.paused (token_rejected)'])
  })

  test('S3 | a token that Orange calls invalid is replaced once, without a loop', async (context) => {
    const { assert } = context
    const trial = await startSmsTrial(context)
    await trial.warmUp()
    trial.sandbox.fault({ ...EXPIRED, body: gatewayBody(41), times: 10 })

    const answer = await trial.send()
    assert.equal(answer.status, 502)
    assert.equal(answer.body.code, 'orange_rejected_token')
    assert.lengthOf(trial.tokenRequests(), 2)
    assert.lengthOf(trial.smsRequests(), 3)
  })

  test('S3 | when Orange saw no token, that is our defect: the token stays', async (context) => {
    const { assert } = context
    const trial = await startSmsTrial(context)
    await trial.warmUp()
    trial.sandbox.fault({ ...EXPIRED, body: gatewayBody(40) })

    const answer = await trial.send()
    assert.equal(answer.status, 502)
    assert.containsSubset(answer.body, { code: 'orange_missed_token', retryable: false })
    assert.lengthOf(trial.smsRequests(), 2)

    const { row } = await trial.message(answer)
    assert.containsSubset(row, { status: 'failed', reason_code: '40' })
    const rejected = trial.recorder.events.find(({ type }) => type === REJECTED)
    assert.containsSubset(rejected, { severity: 'high', upstreamCode: '40' })

    assert.equal((await trial.send()).status, 201)
    assert.lengthOf(trial.tokenRequests(), 1)
  })

  test('S4 | a late refusal of an older token costs no token', async (context) => {
    const { assert } = context
    const trial = await startSmsTrial(context)
    await trial.warmUp()
    trial.sandbox.fault({ ...EXPIRED, delayMs: 300 })

    let ended = false
    const late = trial.send().finally(() => (ended = true))
    await eventually(() => trial.smsRequests().length === 2, 'the send reached Orange')
    const refreshed = await trial.call('admin', 'POST', '/api/oauth/refresh', { reason: 'a test' })
    assert.equal(refreshed.status, 200)
    assert.isFalse(ended, 'the refusal has to come after the refresh')

    const answer = await late
    assert.equal(answer.status, 201, JSON.stringify(answer.body))
    assert.lengthOf(trial.tokenRequests(), 2)
    assert.lengthOf(trial.smsRequests(), 3)
    assert.lengthOf(trial.sandbox.messages, 2)
    assert.notInclude(trial.events(), CLEARED)

    assert.equal((await trial.send()).status, 201)
    assert.lengthOf(trial.tokenRequests(), 2)
  })

  test('a replay that is never answered ends as unknown, under the new token', async (context) => {
    const { assert } = context
    const trial = await startSmsTrial(context, { smsDeadlineMs: 500 })
    const first = await trial.message(await trial.warmUp())
    trial.sandbox.fault(EXPIRED, { on: 'sms', kind: 'accept-then-hang' })

    const answer = await trial.send()
    assert.equal(answer.status, 202)
    assert.lengthOf(trial.sandbox.messages, 2)

    const { row } = await trial.message(answer)
    assert.containsSubset(row, { status: 'unknown', reason_code: 'timeout' })
    assert.notEqual(row.token_fingerprint, first.row.token_fingerprint)
  })
})
