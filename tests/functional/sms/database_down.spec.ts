import type { Assert } from '@japa/assert'
import { test } from '@japa/runner'
import { readOnlyDatabase, withoutTable } from '#tests/helpers/broken_database'
import { startGateway, type ApiAnswer, type Gateway } from '#tests/helpers/gateway'

const REFRESH = ['admin', 'POST', '/api/oauth/refresh', { reason: 'a test' }] as const

function assertUnavailable(assert: Assert, answer: ApiAnswer, code: string) {
  assert.equal(answer.status, 503, JSON.stringify(answer.body))
  assert.equal(answer.headers.get('retry-after'), '5')
  assert.equal(answer.headers.get('content-type'), 'application/problem+json')
  assert.containsSubset(answer.body, { code, retryable: true, status: 503 })
}

async function sendOnce(gateway: Gateway): Promise<string> {
  const answer = await gateway.send()
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body))
  return answer.body.data.id
}

test.group('The database is down', () => {
  test('D1 | nothing can be written: nothing is asked or sent, and it recovers by itself', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context)
    await sendOnce(gateway)
    const { mend } = await readOnlyDatabase(context)

    for (const answer of [await gateway.send(), await gateway.send()]) {
      assert.oneOf(answer.body.code, ['access_unavailable', 'ledger_unavailable'])
      assertUnavailable(assert, answer, String(answer.body.code))
    }
    const refreshed = await gateway.call(...REFRESH)
    assert.oneOf(refreshed.body.code, ['access_unavailable', 'recording_unavailable'])
    assertUnavailable(assert, refreshed, String(refreshed.body.code))
    assert.lengthOf(gateway.sandbox.requests, 2)

    await mend()
    await sendOnce(gateway)
    assert.lengthOf(gateway.tokenRequests(), 1, 'the token in hand was kept')
    assert.lengthOf(gateway.sandbox.messages, 2)
  })

  test('D1 | an API token cannot be looked up: 503, not 401', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context)
    const { mend } = await withoutTable(context, 'auth_access_tokens')

    assertUnavailable(assert, await gateway.send(), 'access_unavailable')
    assertUnavailable(assert, await gateway.call(...REFRESH), 'access_unavailable')
    assert.lengthOf(gateway.sandbox.requests, 0)

    await mend()
    await sendOnce(gateway)
  })

  test('D1 | without the trail no token is asked for', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context)
    const { mend } = await withoutTable(context, 'audit_heads')

    assertUnavailable(assert, await gateway.send(), 'recording_unavailable')
    assertUnavailable(assert, await gateway.call(...REFRESH), 'recording_unavailable')
    const cleared = await gateway.call('admin', 'DELETE', '/api/oauth/token?reason=a+test')
    assertUnavailable(assert, cleared, 'recording_unavailable')
    assert.lengthOf(gateway.sandbox.requests, 0)

    await mend()
    await sendOnce(gateway)
    assert.lengthOf(gateway.tokenRequests(), 1)
  })

  test('D1 | without the trail the token in hand is kept, and goes on being used', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context)
    await sendOnce(gateway)
    const { mend } = await withoutTable(context, 'audit_heads')

    await sendOnce(gateway)
    assertUnavailable(assert, await gateway.call(...REFRESH), 'recording_unavailable')
    const cleared = await gateway.call('admin', 'DELETE', '/api/oauth/token?reason=a+test')
    assertUnavailable(assert, cleared, 'recording_unavailable')
    await sendOnce(gateway)

    await mend()
    await sendOnce(gateway)
    assert.lengthOf(gateway.tokenRequests(), 1)
    assert.lengthOf(gateway.sandbox.messages, 4)
  })

  test('D1 | without the ledger nothing is sent', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context)
    await sendOnce(gateway)
    const { mend } = await withoutTable(context, 'sms_messages')

    assertUnavailable(assert, await gateway.send(), 'ledger_unavailable')
    assert.lengthOf(gateway.smsRequests(), 1)

    await mend()
    await sendOnce(gateway)
    assert.lengthOf(gateway.tokenRequests(), 1)
    assert.lengthOf(gateway.sandbox.messages, 2)
  })
})
