import { test } from '@japa/runner'
import db from '@adonisjs/lucid/services/db'
import { Secret } from '@adonisjs/core/helpers'
import { ConfigCredentials } from '#oauth/credentials/config'
import { grants } from '#oauth/define_config'
import { startGateway } from '#tests/helpers/gateway'
import { startTokenServer } from '#tests/helpers/token_server'

test.group('A refresh token that a provider says lasts for ever', () => {
  test('is shown by health and list: {life} s')
    .with([{ life: 10_000_000_000_000 }, { life: '999999999999999' }, { life: 1e300 }])
    .run(async (context, { life }) => {
      const { assert } = context
      context.cleanup(async () => void (await db.from('oauth_refresh_tokens').delete()))
      const server = await startTokenServer(context, () => ({
        body: {
          access_token: 'a',
          token_type: 'Bearer',
          expires_in: 3600,
          refresh_token: 'r',
          refresh_token_expires_in: life,
        },
      }))
      const gateway = await startGateway(context, {
        providers: {
          people: {
            grant: grants.refreshToken(),
            credentials: new ConfigCredentials({
              clientId: 'me',
              clientSecret: new Secret('canary'),
            }),
            endpoint: { url: `${server.url}/token`, clientAuthentication: 'basic' },
            signIn: { authorizationEndpoint: `${server.url}/authorize` },
          },
        },
      })
      const begun = await fetch(`http://127.0.0.1:${process.env.PORT}/oauth/people/authorize`, {
        redirect: 'manual',
        headers: { authorization: `Bearer ${gateway.bearers.admin}` },
      })
      const { searchParams } = new URL(begun.headers.get('location')!)
      const back = new URLSearchParams({ code: 'c', state: searchParams.get('state')! })
      const answer = await fetch(`${searchParams.get('redirect_uri')}?${back}`)

      assert.equal(answer.status, 200)
      const health = await gateway.health('?provider=people')
      const list = await gateway.call('admin', 'GET', '/api/oauth/tokens')
      assert.deepEqual([health.status, list.status], [200, 200])
    })
})
