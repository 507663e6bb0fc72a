import { test } from '@japa/runner'
import { Secret } from '@adonisjs/core/helpers'
import { ConfigCredentials } from '#oauth/credentials/config'
import { grants } from '#oauth/define_config'
import { startProviderEngine } from '#tests/helpers/provider_engine'
import { startTokenServer } from '#tests/helpers/token_server'

test.group('A provider that publishes its addresses', () => {
  test('gives tokens although another address of its own is {name}')
    .with([
      { name: 'null', published: { revocation_endpoint: null } },
      {
        name: 'one that nothing is sent to',
        published: { device_authorization_endpoint: 'http://10.0.0.1/device' },
      },
    ])
    .run(async (context, { published }) => {
      const { assert } = context
      const server = await startTokenServer(context, ({ path }) =>
        path.includes('/.well-known/')
          ? { body: { issuer: server.url, token_endpoint: `${server.url}/token`, ...published } }
          : { body: { access_token: 'good', token_type: 'Bearer', expires_in: 3600 } }
      )
      const { tokens } = startProviderEngine(context, {
        grant: grants.clientCredentials(),
        credentials: new ConfigCredentials({ clientId: 'me', clientSecret: new Secret('canary') }),
        issuer: server.url,
        endpoint: { clientAuthentication: 'post' },
      })
      const token = await tokens.refreshToken()
      assert.equal(token.authorization.release(), 'Bearer good')
    })
})
