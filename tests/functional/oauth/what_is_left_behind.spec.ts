import { test } from '@japa/runner'
import { Secret } from '@adonisjs/core/helpers'
import { ConfigCredentials } from '#oauth/credentials/config'
import { grants } from '#oauth/define_config'
import { databasesOf } from '#tests/helpers/audit/audit_database'
import { ManualClock } from '#tests/helpers/manual_clock'
import { startProviderEngine } from '#tests/helpers/provider_engine'
import { signInPlace } from '#tests/helpers/sign_in_engine'
import { startTokenServer } from '#tests/helpers/token_server'

const [sqlite] = databasesOf('oauth')
const VISITORS = 20
const HOUR = 60 * 60_000

const assertionOf = (visitor: number) => ({ assertion: new Secret(`of visitor ${visitor}`) })
const entry = (url: string) => ({
  grant: grants.onBehalfOf(),
  credentials: new ConfigCredentials({ clientId: 'me', clientSecret: new Secret('canary') }),
  endpoint: { url, clientAuthentication: 'post' as const },
})

test.group('Visitors who came once', () => {
  test('leave no token in memory when theirs have ended long ago', async (context) => {
    const { assert } = context
    const { url } = await startTokenServer(context, ({ members }) => ({
      body: {
        access_token: `for ${members.assertion}`.replaceAll(' ', '-'),
        token_type: 'Bearer',
        expires_in: 300,
      },
    }))
    const { manager, clock } = startProviderEngine(context, entry(url))
    await manager.start()
    for (let visitor = 0; visitor < VISITORS; visitor++) {
      await manager.use('tested', assertionOf(visitor)).getAccessToken()
    }

    for (let minutes = 0; minutes < 240; minutes++) await clock.advance(HOUR / 60)
    // Somebody goes on using the gateway.
    await manager.use('tested', assertionOf(VISITORS)).getAccessToken()

    const left = await Array.fromAsync(manager.sharing.store.keys())
    assert.isBelow(left.length, VISITORS)
  })

  test('leave no rows in the database: neither tokens nor pauses', async (context) => {
    const { assert } = context
    const { url } = await startTokenServer(context, ({ members }) =>
      Number(String(members.assertion).split(' ').at(-1)) % 2
        ? { status: 400, body: { error: 'invalid_grant' } }
        : {
            body: {
              access_token: String(members.assertion).replaceAll(' ', '-'),
              token_type: 'Bearer',
              expires_in: 300,
            },
          }
    )
    const clock = new ManualClock()
    const place = await signInPlace(context, sqlite, entry(url))
    const { manager } = await place.start({ clock })
    for (let visitor = 0; visitor < VISITORS; visitor++) {
      await manager
        .use('people', assertionOf(visitor))
        .getAccessToken()
        .catch(() => {})
    }
    const count = async (table: string) => (await place.connect().from(table)).length
    assert.deepEqual([await count('oauth_tokens'), await count('oauth_pauses')], [10, 10])

    await manager.start()
    for (let minutes = 0; minutes < 240; minutes++) await clock.advance(HOUR / 60)

    assert.deepEqual([await count('oauth_tokens'), await count('oauth_pauses')], [0, 0])
  })

  test('take nothing away of those who stay, where their assertion makes no difference', async (context) => {
    const { assert } = context
    const { url } = await startTokenServer(context, ({ members }) => ({
      body: { access_token: `a-${members.grant_type}`, token_type: 'Bearer', expires_in: 86_400 },
    }))
    const grant = grants.clientCredentials()
    const { manager, clock, tokens } = startProviderEngine(context, { ...entry(url), grant })
    await manager.start()
    await tokens.getAccessToken()
    await manager.use('tested', assertionOf(1)).getAccessToken()

    for (let minutes = 0; minutes < 120; minutes++) await clock.advance(HOUR / 60)

    const left = await Array.fromAsync(manager.sharing.store.keys())
    assert.deepEqual(left, [tokens.sync.key])
  })
})
