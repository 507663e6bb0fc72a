import { test } from '@japa/runner'
import type { Ability } from '#access/abilities'
import { JwtCallers } from '#access/jwt/jwt_callers'
import { startGuardedServer } from '#tests/helpers/guarded_server'
import { jwtCallers, trustIssuer } from '#tests/helpers/issuer'
import { createUser } from '#tests/helpers/users'

type Guarded = Awaited<ReturnType<typeof startGuardedServer>>

test.group('What a JWT allows', (group) => {
  let server: Guarded

  group.setup(async () => {
    server = await startGuardedServer({
      routes(router, { access }) {
        router.get('/send', ({ caller }) => [...caller.abilities]).use(access({ can: 'sms:send' }))
        router.get('/read', ({ caller }) => [...caller.abilities]).use(access({ can: 'sms:read' }))
        router.get('/manage', () => 'managed').use(access({ can: 'oauth:manage' }))
        router.get('/tokens', () => 'handed out').use(access({ can: 'token:read' }))
      },
    })
    return () => server.close()
  })

  const get = (path: string, token: string) =>
    fetch(server.url + path, { headers: { authorization: `Bearer ${token}` } })

  test('is what its scopes stand for, in scope or in scp: {scope}')
    .with([
      { scope: 'sms.send', allowed: ['sms:send'] },
      { scope: 'sms.read other  sms.send', allowed: ['sms:read', 'sms:send'] },
      { scope: ['sms.send', 7, 'sms.read'], allowed: ['sms:read', 'sms:send'] },
    ])
    .run(async (context, { scope, allowed }) => {
      const { assert } = context
      const { issuer } = await trustIssuer(context)

      for (const claims of [{ scope }, { scope: undefined, scp: scope }]) {
        const answer = await get('/send', await issuer.sign(claims))
        assert.equal(answer.status, 200)
        assert.sameMembers((await answer.json()) as string[], allowed)
      }
    })

  test('stands in another claim, and only there, where the entry says so', async (context) => {
    const { assert } = context
    const { issuer } = await trustIssuer(context, { scopeClaim: 'roles' })

    const byRole = await issuer.sign({ scope: undefined, roles: ['sms.send'] })
    assert.equal((await get('/send', byRole)).status, 200)
    assert.equal((await get('/send', await issuer.sign({ scope: 'sms.send' }))).status, 403)
  })

  test('is nothing by a scope that the entry does not list: "{$self}"')
    .with(['', 'other', 'SMS.SEND', 'sms:send', '*', 'constructor', '__proto__', 'sms.send.x'])
    .run(async (context, scope) => {
      const { assert } = context
      const { issuer } = await trustIssuer(context)
      assert.equal((await get('/send', await issuer.sign({ scope }))).status, 403)
    })

  test('is never more than the role of the account has', async (context) => {
    const { assert } = context
    const everything: Ability[] = ['sms:send', 'oauth:manage', 'access:manage', 'sms:read:all']
    const { issuer } = await trustIssuer(context, { abilities: { all: everything } })
    const token = await issuer.sign({ scope: 'all' })

    const asSender = await get('/send', token)
    assert.deepEqual(await asSender.json(), ['sms:send'])
    assert.equal((await get('/manage', token)).status, 403)
    assert.equal((await get('/tokens', token)).status, 403)

    const { email } = await createUser('admin')
    const entry = issuer.trusted(email, { abilities: { all: everything } })
    context.swap(JwtCallers, jwtCallers(context, issuer, entry))
    assert.equal((await get('/send', token)).status, 403)
    assert.equal((await get('/manage', token)).status, 200)
    // Reading one's own messages is the smaller part of reading all.
    assert.equal((await get('/read', token)).status, 200)
  })
})
