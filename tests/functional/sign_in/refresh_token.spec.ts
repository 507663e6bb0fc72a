import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import { ConfigCredentials } from '#oauth/credentials/config'
import { grants } from '#oauth/define_config'
import { StoreUnavailable, TenantDisabled } from '#oauth/errors'
import { databasesOf } from '#tests/helpers/audit/audit_database'
import { ManualClock } from '#tests/helpers/manual_clock'
import { bearerOf, signInPlace } from '#tests/helpers/sign_in_engine'
import { startStrictServer } from '#tests/helpers/strict_refresh_server'

const WHO = { provider: 'people' }
const MINUTE = 60_000

for (const database of databasesOf('oauth')) {
  test.group(`Refresh tokens | ${database.name}`, () => {
    async function setUp(context: TestContext) {
      const server = await startStrictServer(context)
      const clock = new ManualClock()
      const place = await signInPlace(context, database, {
        grant: grants.refreshToken(),
        credentials: new ConfigCredentials({ clientId: 'me', clientSecret: new Secret('canary') }),
        endpoint: { url: `${server.url}/token`, clientAuthentication: 'post' },
        signIn: { deviceAuthorizationEndpoint: `${server.url}/device` },
        scope: 'mail',
      })
      const gateway = await place.start({ clock })
      await gateway.refreshTokens.signIn(WHO, { refreshToken: new Secret('canary-refresh-0') })
      return { ...server, clock, place, gateway }
    }

    test('are spent once for each access token, and the next one is kept for its successor', async (context) => {
      const { assert } = context
      const { gateway, state, requests } = await setUp(context)

      assert.equal(bearerOf(await gateway.tokens.getAccessToken()), 'access-1')
      assert.equal(bearerOf(await gateway.tokens.refreshToken()), 'access-2')

      assert.isFalse(state.revoked)
      assert.deepEqual(
        requests.map(({ members }) => [members.grant_type, members.refresh_token, members.scope]),
        [0, 1].map((n) => ['refresh_token', `canary-refresh-${n}`, 'mail'])
      )
      const kept = await gateway.refreshTokens.find(WHO)
      assert.equal(kept!.refreshToken.release(), 'canary-refresh-2')
      assert.notInclude(JSON.stringify(gateway.recorder.events), 'canary')
    })

    test('that are not replaced go on being used', async (context) => {
      const { assert } = context
      const { gateway, state } = await setUp(context)
      state.answer = { body: { access_token: 'a', token_type: 'Bearer', expires_in: 60 } }
      await gateway.tokens.getAccessToken()
      const kept = await gateway.refreshTokens.find(WHO)
      assert.deepEqual([kept!.sequence, kept!.refreshToken.release()], [1, 'canary-refresh-0'])
    })

    test('of one process are spent by another that starts later', async (context) => {
      const { assert } = context
      const { gateway, place, state, clock } = await setUp(context)
      await gateway.tokens.getAccessToken()
      await gateway.manager.close()

      const later = await place.start({ clock })
      assert.equal(bearerOf(await later.tokens.getAccessToken()), 'access-1')
      await later.tokens.refreshToken()
      assert.deepEqual([state.spent, state.revoked], [2, false])
    })

    test('that the database could not take are kept in memory, and stored before anything else is spent', async (context) => {
      const { assert } = context
      const { gateway, state, place } = await setUp(context)
      // The database goes away between the question and the answer.
      state.before = () => hide(place.connect)

      await assert.rejects(() => gateway.tokens.getAccessToken())
      assert.equal(state.spent, 1)

      state.before = async () => {}
      await show(place.connect)
      assert.equal(bearerOf(await gateway.tokens.refreshToken()), 'access-2')
      assert.isFalse(state.revoked)
    })

    test('of somebody who signs in while the old one is refused are used at once', async (context) => {
      const { assert } = context
      const { gateway, state } = await setUp(context)
      state.current = 'canary-refresh-of-the-new-one'
      state.before = async () => {
        state.before = async () => {
          state.revoked = false
        }
        await gateway.refreshTokens.signIn(WHO, { refreshToken: new Secret(state.current) })
      }

      const token = await gateway.tokens.getAccessToken()
      assert.equal(bearerOf(token), 'access-1')
      assert.isUndefined((await gateway.refreshTokens.state(WHO))!.endedBy)
    })

    test('of whoever was signed in before are not stored over those of whoever is now', async (context) => {
      const { assert } = context
      const { gateway, state } = await setUp(context)
      const mine = { refreshToken: new Secret('canary-mine') }
      state.before = async () => {
        state.before = async () => {}
        await gateway.refreshTokens.signIn(WHO, mine)
      }

      await assert.rejects(() => gateway.tokens.refreshToken(), /signed_in_anew/)
      const kept = await gateway.refreshTokens.find(WHO)
      assert.equal(kept!.refreshToken.release(), 'canary-mine')
    })

    test('say when they end, and whether they have is for the provider to say', async (context) => {
      const { assert } = context
      const { gateway, state, clock } = await setUp(context)
      state.extra = { refresh_token_expires_in: '7200' }
      await gateway.tokens.getAccessToken()
      const { expiresAt } = (await gateway.refreshTokens.state(WHO))!
      assert.equal(expiresAt, Date.UTC(2026, 0, 1) + 120 * MINUTE)

      clock.jump(121 * MINUTE)
      state.answer = { status: 400, body: { error: 'invalid_grant' } }
      await assert.rejects(() => gateway.tokens.getAccessToken(), /invalid_grant/)
      assert.containSubset(gateway.recorder.events, [
        { type: 'auth.sign_in.ended', severity: 'high', reasonCode: 'invalid_grant' },
      ])
    })

    test('outlive a refusal that passes: {$self}')
      .with(['interaction_required', 'temporarily_unavailable', 'invalid_client', 'access_denied'])
      .run(async (context, error) => {
        const { assert } = context
        const { gateway, state } = await setUp(context)
        state.answer = { status: 400, body: { error } }
        await assert.rejects(() => gateway.tokens.refreshToken(), new RegExp(error))

        state.answer = undefined
        assert.equal(bearerOf(await gateway.tokens.refreshToken()), 'access-1')
      })

    test('are asked for by name where nobody has signed in, and nobody is asked', async (context) => {
      const { assert } = context
      const { gateway, requests } = await setUp(context)
      const nobody = gateway.manager.use('people', { subject: 'bob' })
      await assert.rejects(() => nobody.getAccessToken(), /sign_in_required/)
      assert.lengthOf(requests, 0)
    })

    test('of a tenant that is switched off are asked of nobody: nobody signs in for it', async (context) => {
      const { assert } = context
      const { gateway, requests } = await setUp(context)
      await gateway.manager.disable('people', 'acme', {})
      const acme = { provider: 'people', tenant: 'acme' }
      await assert.rejects(() => gateway.browser.begin(acme, { cause: {} }), TenantDisabled)
      const untold = { cause: {}, show: () => {} }
      await assert.rejects(() => gateway.device.run(acme, untold), TenantDisabled)
      assert.lengthOf(requests, 0)
    })

    test('that cannot be reached are an outage of ours, and say nothing of the database', async (context) => {
      const { assert } = context
      const { gateway, place } = await setUp(context)
      await hide(place.connect)
      await assert.rejects(() => gateway.tokens.refreshToken(), StoreUnavailable)
      await assert.rejects(() => gateway.refreshTokens.state(WHO), StoreUnavailable)
      assert.include(gateway.events(), 'auth.token.request_failed (store_unavailable)')
      await show(place.connect)
      assert.equal(bearerOf(await gateway.tokens.refreshToken()), 'access-1')
    })

    test('of several subjects and tenants are told apart, and do not open for each other', async (context) => {
      const { assert } = context
      const { gateway, place } = await setUp(context)
      const bob = { provider: 'people', subject: 'bob' }
      await gateway.refreshTokens.signIn(bob, { refreshToken: new Secret('of bob') })
      assert.equal((await gateway.refreshTokens.find(bob))!.refreshToken.release(), 'of bob')

      await place.connect().from('oauth_refresh_tokens').where({ subject: '' }).delete()
      await place.connect().from('oauth_refresh_tokens').update({ subject: '' })
      await assert.rejects(() => gateway.refreshTokens.find(WHO), /cannot be read/)
    })
  })
}

type Connect = Awaited<ReturnType<typeof signInPlace>>['connect']

async function hide(connect: Connect): Promise<void> {
  await connect().schema.renameTable('oauth_refresh_tokens', 'oauth_hidden')
}

async function show(connect: Connect): Promise<void> {
  await connect().schema.renameTable('oauth_hidden', 'oauth_refresh_tokens')
}
