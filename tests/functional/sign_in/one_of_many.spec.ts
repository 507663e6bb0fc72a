import { test } from '@japa/runner'
import { Secret } from '@adonisjs/core/helpers'
import { ConfigCredentials } from '#oauth/credentials/config'
import { grants } from '#oauth/define_config'
import { databasesOf } from '#tests/helpers/audit/audit_database'
import { ManualClock } from '#tests/helpers/manual_clock'
import { bearerOf, signInPlace } from '#tests/helpers/sign_in_engine'
import { startTokenServer } from '#tests/helpers/token_server'

const [sqlite] = databasesOf('oauth')

test.group('One of many who signed in', () => {
  test('keeps nobody else from tokens by having granted less than is asked for (RFC 6749 section 6)', async (context) => {
    const { assert } = context
    const server = await startTokenServer(context, ({ members }) =>
      members.refresh_token === 'of-bob' && members.scope
        ? { status: 400, body: { error: 'invalid_scope' } }
        : { body: { access_token: 'good', token_type: 'Bearer', expires_in: 3600 } }
    )
    const place = await signInPlace(context, sqlite, {
      grant: grants.refreshToken(),
      credentials: new ConfigCredentials({ clientId: 'me', clientSecret: new Secret('canary') }),
      endpoint: { url: server.url, clientAuthentication: 'post' },
      signIn: { authorizationEndpoint: `${server.url}/authorize` },
      scope: 'mail calendar',
    })
    const { manager, refreshTokens } = await place.start({ clock: new ManualClock() })
    const of = async (subject: string) => {
      const refreshToken = new Secret(`of-${subject}`)
      await refreshTokens.signIn({ provider: 'people', subject }, { refreshToken })
      return manager.use('people', { subject })
    }
    const [ada, bob] = [await of('ada'), await of('bob')]

    await bob.refreshToken().catch(() => {})

    assert.equal(bearerOf(await ada.getAccessToken()), 'good')
  })
})
