import { test } from '@japa/runner'
import { captureLogs } from '#tests/helpers/captured_logs'
import { startGuardedServer } from '#tests/helpers/guarded_server'
import { trustIssuer } from '#tests/helpers/issuer'

type Guarded = Awaited<ReturnType<typeof startGuardedServer>>

const SECOND = 1_000
const MINUTE = 60 * SECOND

test.group('Keys of an issuer', (group) => {
  let server: Guarded

  group.setup(async () => {
    server = await startGuardedServer({
      routes: (router, { access }) =>
        void router.get('/send', () => 'sent').use(access({ can: 'sms:send' })),
    })
    return () => server.close()
  })

  const call = (token: string) =>
    fetch(`${server.url}/send`, { headers: { authorization: `Bearer ${token}` } })
  const statusOf = async (token: string) => {
    const { status } = await call(token)
    return status
  }
  const many = async (token: string) => {
    const statuses = await Promise.all(Array.from({ length: 20 }, () => statusOf(token)))
    return [...new Set(statuses)]
  }

  test('are asked for once for many callers, and again after ten minutes', async (context) => {
    const { assert } = context
    const { issuer } = await trustIssuer(context)
    const token = await issuer.sign({}, { until: 3_600 })

    assert.deepEqual(await many(token), [200])
    assert.equal(issuer.keySetRequests(), 1)
    await issuer.clock.advance(10 * MINUTE - 1)
    assert.deepEqual(await many(token), [200])
    assert.equal(issuer.keySetRequests(), 1)
    await issuer.clock.advance(1)
    assert.deepEqual(await many(token), [200])
    assert.equal(issuer.keySetRequests(), 2)
  })

  test('are looked at again for one that is new', async (context) => {
    const { assert } = context
    const { issuer } = await trustIssuer(context)
    const before = await issuer.sign()
    assert.equal(await statusOf(before), 200)
    await issuer.clock.advance(30 * SECOND)

    await issuer.rotate()

    assert.deepEqual(await many(await issuer.sign()), [200])
    assert.equal(await statusOf(before), 200)
    assert.equal(issuer.keySetRequests(), 2)
  })

  test('end when the issuer takes them back', async (context) => {
    const { assert } = context
    const { issuer, refused } = await trustIssuer(context)
    const token = await issuer.sign({}, { until: 3_600 })
    assert.equal(await statusOf(token), 200)

    issuer.published.splice(0)
    await issuer.clock.advance(10 * MINUTE)

    assert.equal(await statusOf(token), 401)
    assert.equal(refused[0].reasonCode, 'jwt_unknown_key')
  })

  test('are not asked for by everybody who names one that is not there', async (context) => {
    const { assert } = context
    const { issuer } = await trustIssuer(context)
    const stray = (n: number) => issuer.sign({}, { until: 3_600, header: { kid: `stray-${n}` } })

    for (let n = 0; n < 10; n++) assert.equal(await statusOf(await stray(n)), 401)
    assert.equal(issuer.keySetRequests(), 1)
    await issuer.clock.advance(30 * SECOND)
    for (let n = 0; n < 10; n++) assert.equal(await statusOf(await stray(n)), 401)
    assert.equal(issuer.keySetRequests(), 2)
  })

  test('that cannot be had are no fault of the caller: {name}')
    .with([
      { name: 'the server fails', answer: { status: 500 } },
      { name: 'it sends elsewhere', answer: { status: 302, headers: { location: '/other' } } },
      { name: 'it is no key set', answer: { body: { keys: 'canary' } } },
      { name: 'it is no object', answer: { body: ['canary'] } },
      { name: 'it is nothing', answer: {} },
      { name: 'it is too large', answer: { body: { keys: [], canary: 'x'.repeat(70_000) } } },
    ])
    .run(async (context, { answer: trouble }) => {
      const { assert } = context
      const { issuer, refused } = await trustIssuer(context)
      const logs = await captureLogs(context)
      const token = await issuer.sign()
      issuer.fail(trouble)

      const answer = await call(token)

      assert.equal(answer.status, 503)
      assert.equal(answer.headers.get('retry-after'), '5')
      assert.containSubset(await answer.json(), { code: 'access_unavailable', retryable: true })
      assert.lengthOf(refused, 0)
      const logged = logs.join('\n')
      assert.match(logged, /http_\d+|malformed|too_large/)
      assert.notInclude(logged, 'canary')
      for (const piece of token.split('.')) assert.notInclude(logged, piece)
    })

  test('that nobody publishes where the entry says are no fault of the caller', async (context) => {
    const { assert } = context
    const logs = await captureLogs(context)
    const { issuer } = await trustIssuer(context, { jwksUri: 'http://127.0.0.1:1/keys' })

    assert.equal(await statusOf(await issuer.sign()), 503)
    assert.match(logs.join('\n'), /connection_refused/)
  })

  test('that cannot be had are not asked for by everybody', async (context) => {
    const { assert } = context
    const { issuer } = await trustIssuer(context)
    const token = await issuer.sign()
    issuer.fail({ status: 503 })

    assert.deepEqual(await many(token), [503])
    await issuer.clock.advance(5 * SECOND - 1)
    assert.deepEqual(await many(token), [503])
    assert.equal(issuer.keySetRequests(), 1)

    issuer.fail()
    await issuer.clock.advance(1)
    assert.deepEqual(await many(token), [200])
    assert.equal(issuer.keySetRequests(), 2)
  })

  test('serve for an hour while they cannot be looked at again', async (context) => {
    const { assert } = context
    const { issuer } = await trustIssuer(context)
    const token = await issuer.sign({}, { until: 7_200 })
    assert.equal(await statusOf(token), 200)
    issuer.fail({ status: 503 })

    await issuer.clock.advance(60 * MINUTE - 1)
    assert.equal(await statusOf(token), 200)
    // Nobody can say whether this one is new.
    assert.equal(await statusOf(await issuer.sign({}, { header: { kid: 'key-2' } })), 503)
    await issuer.clock.advance(1)
    assert.equal(await statusOf(token), 503)
  })

  test('grow old although the clock is set back', async (context) => {
    const { assert } = context
    const { issuer } = await trustIssuer(context)
    assert.equal(await statusOf(await issuer.sign()), 200)

    issuer.clock.jump(-60 * MINUTE)
    await issuer.clock.advance(10 * MINUTE)

    assert.equal(await statusOf(await issuer.sign()), 200)
    assert.equal(issuer.keySetRequests(), 2)
  })
})
