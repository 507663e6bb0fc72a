import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from '@japa/runner'
import { Refusals } from '#access/refusals'
import { startGuardedServer } from '#tests/helpers/guarded_server'
import { watchedRefusals } from '#tests/helpers/watched_refusals'

/** Refuses a stranger who sends these headers; returns the answer and what was recorded. */
async function refuse(headers: Record<string, string>, trustProxy?: string) {
  const server = await startGuardedServer({
    trustProxy,
    routes: (router, { access }) =>
      router.get('/guarded', () => 'done').use(access({ can: 'sms:read' })),
  })
  try {
    return await fetch(`${server.url}/guarded`, { headers })
  } finally {
    await server.close()
  }
}

async function requestIdOf(answer: Response): Promise<string> {
  const { requestId } = (await answer.json()) as { requestId: string }
  return requestId
}

test.group('H4 | X-Forwarded-For', () => {
  const cases = [
    { title: 'nobody is trusted', sent: '6.6.6.6', recorded: '127.0.0.1' },
    {
      title: 'the proxy is trusted, the caller is not',
      trusted: '127.0.0.1',
      sent: '6.6.6.6, 198.51.100.7',
      recorded: '198.51.100.7',
    },
    {
      title: 'another proxy is trusted',
      trusted: '203.0.113.9',
      sent: '6.6.6.6',
      recorded: '127.0.0.1',
    },
    {
      title: 'a trusted proxy hands on text',
      trusted: '127.0.0.1',
      sent: "'; drop table users; --",
      recorded: '127.0.0.1',
    },
  ]

  test('H4 | only the hop that a trusted proxy saw is recorded: {title}')
    .with(cases)
    .run(async ({ assert, swap }, { sent, trusted, recorded }) => {
      const { recorder, refusals } = await watchedRefusals()
      swap(Refusals, refusals)

      await refuse({ 'x-forwarded-for': sent, 'x-real-ip': '6.6.6.6' }, trusted)

      assert.deepEqual(
        recorder.events.map(({ actor }) => actor?.sourceIp),
        [recorded]
      )
    })
})

test.group('H5 | X-Request-Id', () => {
  test('H5 | a sane one is kept from the answer to the trail', async ({ assert, swap }) => {
    const { recorder, refusals } = await watchedRefusals()
    swap(Refusals, refusals)

    const answer = await refuse({ 'x-request-id': 'order-2026:77.a_b' })

    assert.equal(answer.headers.get('x-request-id'), 'order-2026:77.a_b')
    assert.equal(await requestIdOf(answer), 'order-2026:77.a_b')
    assert.equal(recorder.events[0].correlationId, 'order-2026:77.a_b')
  })

  test('H5 | one made to disturb is replaced everywhere')
    .with([
      'x'.repeat(10_240),
      'x'.repeat(65),
      '{"outcome":"success"}',
      '<script>alert(1)</script>',
      'a%0d%0aX-Evil: 1',
      'a\tb',
      'one two',
      'caf\u00e9',
      "'; drop table users; --",
    ])
    .run(async ({ assert, swap }, sent) => {
      const { recorder, refusals } = await watchedRefusals()
      swap(Refusals, refusals)

      const answer = await refuse({ 'x-request-id': sent })

      const made = answer.headers.get('x-request-id')
      assert.match(made!, /^[\w-]{36}$/)
      assert.equal(await requestIdOf(answer), made)
      assert.equal(recorder.events[0].correlationId, made)
    })

  test('H5 | a line break on the wire splits nothing', async ({ assert, swap }) => {
    const { recorder, refusals } = await watchedRefusals()
    swap(Refusals, refusals)
    const server = await startGuardedServer({
      routes: (router, { access }) =>
        router.get('/guarded', () => 'done').use(access({ can: 'sms:read' })),
    })

    const socket = connect(server.port, '127.0.0.1')
    socket.write(
      'GET /guarded HTTP/1.1\r\nHost: x\r\nX-Request-Id: a\r\nSet-Cookie: evil=1\r\nConnection: close\r\n\r\n'
    )
    const answer = await text(socket)
    await server.close()

    assert.match(answer, /^HTTP\/1\.1 401/)
    assert.notInclude(answer.toLowerCase(), 'evil')
    assert.equal(recorder.events[0].correlationId, 'a')
  })
})
