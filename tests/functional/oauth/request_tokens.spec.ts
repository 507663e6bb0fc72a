import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import { ConfigCredentials } from '#oauth/credentials/config'
import { grants } from '#oauth/define_config'
import { startGuardedServer } from '#tests/helpers/guarded_server'
import { startGateway } from '#tests/helpers/gateway'
import { startTokenServer } from '#tests/helpers/token_server'
import { createUser, tokenOf } from '#tests/helpers/users'

/** A route of the application that asks a partner, whose API takes the tokens that a test says. */
async function setUp(context: TestContext, takes: (token: string) => boolean) {
  let issued = 0
  const partner = await startTokenServer(context, ({ path, headers }) => {
    if (path === '/token') {
      const token = { access_token: `token-${++issued}`, token_type: 'Bearer', expires_in: 3600 }
      return { body: token }
    }
    const [, token = ''] = headers.authorization?.split(' ') ?? []
    return takes(token) ? { body: { token, tray: headers['x-tray'] } } : { status: 401, body: {} }
  })
  await startGateway(context, {
    providers: {
      partner: {
        grant: grants.clientCredentials(),
        credentials: new ConfigCredentials({ clientId: 'me', clientSecret: new Secret('canary') }),
        endpoint: { url: `${partner.url}/token`, clientAuthentication: 'basic' },
        companionHeaders: { 'X-Tray': new Secret('companion') },
      },
    },
  })
  const server = await startGuardedServer({
    routes: (router, { access, tokens }) =>
      void router
        .get('/tray', async (ctx) => {
          const request = { method: 'GET' as const, url: `${partner.url}/tray`, headers: {} }
          const answer = await ctx.oauth.send('partner', { ...request, deadlineMs: 2_000 })
          return { status: answer.status, said: JSON.parse(answer.body ?? '{}') }
        })
        .use([access({ can: 'sms:send' }), tokens()]),
  })
  context.cleanup(() => server.close())
  const bearer = await tokenOf(await createUser('sender'))
  const ask = async () => {
    const headers = { authorization: `Bearer ${bearer}` }
    const answer = await fetch(`${server.url}/tray`, { headers })
    return (await answer.json()) as { status: number; said: Record<string, string> }
  }
  return {
    partner,
    ask,
    asked: (path: string) => partner.requests.filter((one) => one.path === path),
  }
}

test.group('ctx.oauth', () => {
  test('sends a request with the token of a provider and what its API wants beside it', async (context) => {
    const { assert } = context
    const { ask, asked } = await setUp(context, () => true)
    assert.deepEqual(await ask(), { status: 200, said: { token: 'token-1', tray: 'companion' } })
    await ask()
    assert.lengthOf(asked('/token'), 1)
  })

  test('sends it once more with another token when the API refuses the first', async (context) => {
    const { assert } = context
    const { ask, asked } = await setUp(context, (token) => token !== 'token-1')
    assert.deepEqual(await ask(), { status: 200, said: { token: 'token-2', tray: 'companion' } })
    assert.lengthOf(asked('/tray'), 2)
    assert.lengthOf(asked('/token'), 2)
  })

  test('gives up when the second is refused too, and buys no third', async (context) => {
    const { assert } = context
    const { ask, asked } = await setUp(context, () => false)
    assert.equal((await ask()).status, 401)
    assert.lengthOf(asked('/tray'), 2)
    assert.lengthOf(asked('/token'), 2)
  })
})
