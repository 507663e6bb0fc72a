import { test } from '@japa/runner'
import { Secret } from '@adonisjs/core/helpers'
import { Refusals } from '#access/refusals'
import User from '#access/models/user'
import { startGuardedServer } from '#tests/helpers/guarded_server'
import { bearer, createUser, tokenOf } from '#tests/helpers/users'
import { watchedRefusals } from '#tests/helpers/watched_refusals'

type Headers = Record<string, string>

test.group('H1 | Access guard', (group) => {
  let server: Awaited<ReturnType<typeof startGuardedServer>>

  group.setup(async () => {
    server = await startGuardedServer({
      routes(router, { access, open }) {
        router.get('/messages/:id', ({ caller }) => caller).use(access({ can: 'sms:read' }))
        router.get('/tokens', () => 'handed out').use(access({ can: 'token:read' }))
        router.get('/docs', () => 'for anyone').use(open())
      },
    })
    return () => server.close()
  })

  const get = (path: string, headers: Headers = {}) => fetch(server.url + path, { headers })
  const statusOf = async (answer: Promise<Response>) => {
    const { status } = await answer
    return status
  }
  const call = (path: string, token: string) => get(path, { authorization: `Bearer ${token}` })

  test('H1 | an open route answers anybody', async ({ assert }) => {
    const answer = await get('/docs')
    assert.equal(await answer.text(), 'for anyone')
  })

  test('H1 | a caller is known by id, role, address and abilities', async ({ assert }) => {
    const user = await createUser('sender')
    const answer = await call('/messages/1', await tokenOf(user))

    assert.equal(answer.status, 200)
    assert.containSubset(await answer.json(), {
      id: user.id,
      actor: { type: 'user', id: String(user.id), role: 'sender', sourceIp: '127.0.0.1' },
    })
  })

  test('H1 | whoever has no valid token gets the same 401', async ({ assert, swap }) => {
    const { recorder, refusals } = await watchedRefusals()
    swap(Refusals, refusals)

    const user = await createUser('sender')
    const valid = await tokenOf(user)
    const revoked = await tokenOf(user)
    await User.accessTokens.invalidate(new Secret(revoked))
    const headers: Headers[] = [
      {},
      { authorization: '' },
      { authorization: 'Bearer' },
      { authorization: 'Bearer ' },
      { authorization: `Basic ${valid}` },
      { authorization: `Bearer ${valid}x` },
      { authorization: `Bearer ${valid.slice(0, -2)}` },
      { authorization: 'Bearer oat_' },
      { authorization: 'Bearer oat_MQ.' },
      { authorization: 'Bearer oat_OTk5OTk5OTk5OTk5OTk5.c2VjcmV0' },
      { authorization: 'Bearer oat_MSBPUiAxPTE.c2VjcmV0' },
      { authorization: `Bearer ${await tokenOf(user, { expiresIn: -1 })}` },
      { authorization: `Bearer ${revoked}` },
      { authorization: `Bearer ${'a'.repeat(8_000)}` },
      { 'x-api-key': valid },
    ]

    for (const header of headers) {
      const answer = await get('/messages/1', header)
      const { requestId, ...problem } = (await answer.json()) as Record<string, unknown>

      assert.equal(answer.status, 401, JSON.stringify(header))
      assert.equal(answer.headers.get('www-authenticate'), 'Bearer')
      assert.isString(requestId)
      assert.deepEqual(problem, {
        type: 'about:blank',
        title: 'Authentication required',
        status: 401,
        detail: 'Send a valid API token: Authorization: Bearer <token>.',
        code: 'unauthenticated',
        retryable: false,
      })
    }
    assert.notInclude(JSON.stringify(recorder.events), valid.slice(8, 30))
  })

  test('H1 | a token of a disabled user does not work', async ({ assert, swap }) => {
    const { recorder, refusals } = await watchedRefusals()
    swap(Refusals, refusals)
    const user = await createUser('sender', { disabled: true })

    const answer = await call('/messages/1', await tokenOf(user))

    assert.equal(answer.status, 401)
    assert.containSubset(recorder.events, [
      { reasonCode: 'user_disabled', actor: { id: String(user.id) } },
    ])
  })

  test('H1 | a known caller without the ability gets a 403', async ({ assert, swap }) => {
    const { recorder, refusals } = await watchedRefusals()
    swap(Refusals, refusals)
    const user = await createUser('reviewer')

    const answer = await call('/messages/1', await tokenOf(user))

    assert.equal(answer.status, 403)
    assert.containSubset(await answer.json(), { code: 'forbidden', retryable: false, status: 403 })
    assert.containSubset(recorder.events, [
      {
        type: 'auth.access.denied',
        reasonCode: 'ability_missing',
        actor: { type: 'user', id: String(user.id), role: 'reviewer', sourceIp: '127.0.0.1' },
        details: { ability: 'sms:read', method: 'GET', route: '/messages/:id' },
      },
    ])
  })

  test('H1 | a token that was narrowed lacks the rest of its role', async ({ assert }) => {
    const token = await tokenOf(await createUser('sender'), { abilities: ['sms:send'] })
    assert.equal(await statusOf(call('/messages/1', token)), 403)
  })

  test('H1 | an ability that no role has takes a token that names it', async ({ assert }) => {
    const user = await createUser('sender')

    assert.equal(await statusOf(call('/tokens', await tokenOf(user))), 403)
    assert.equal(await statusOf(call('/tokens', await bearer('admin'))), 403)
    const named = await tokenOf(user, { abilities: ['token:read'] })
    assert.equal(await statusOf(call('/tokens', named)), 200)
  })

  test('H1 | without a database nobody is told that their token is wrong', async ({
    assert,
    cleanup,
  }) => {
    const token = await bearer('sender')
    const { table } = User
    User.table = 'no_such_table'
    cleanup(() => void (User.table = table))

    const answer = await call('/messages/1', token)

    assert.equal(answer.status, 503)
    assert.equal(answer.headers.get('retry-after'), '5')
    assert.containSubset(await answer.json(), { code: 'access_unavailable', retryable: true })
  })
})
