import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { peopleAt, signIn } from '#tests/functional/oidc/people'
import { startPeopleServer } from '#tests/functional/oidc/people_server'
import { databasesOf } from '#tests/helpers/audit/audit_database'
import { bearerOf, signInPlace } from '#tests/helpers/sign_in_engine'

const WHO = { provider: 'people' }

for (const database of databasesOf('oauth')) {
  test.group(`A certified server | refresh tokens for one use | ${database.name}`, () => {
    async function setUp(context: TestContext) {
      const server = await startPeopleServer(context)
      const place = await signInPlace(context, database, peopleAt(server))
      const gateway = await place.start()
      await signIn(gateway)
      server.grantTypes.length = 0
      return { server, place, gateway }
    }

    test('50 users in each of four processes spend one, and nothing is taken back', async (context) => {
      const { assert } = context
      const { server, place, gateway } = await setUp(context)
      const others = await Promise.all([place.start(), place.start(), place.start()])
      await gateway.tokens.clearToken()

      const users = [gateway, ...others].flatMap(({ tokens }) =>
        Array.from({ length: 50 }, () => tokens.getAccessToken())
      )
      const tokens = await Promise.all(users)

      assert.lengthOf([...new Set(tokens.map(bearerOf))], 1)
      assert.deepEqual(server.grantTypes, ['refresh_token'])
      assert.deepEqual(server.revokedGrants, [])

      // Only a family that lives gives another one.
      await gateway.tokens.refreshToken()
      assert.lengthOf(server.grantTypes, 2)
      assert.deepEqual(server.serverErrors, [])
    })

    test('every one is stored before its access token is served, and sealed', async (context) => {
      const { assert } = context
      const { server, place, gateway } = await setUp(context)
      const before = await gateway.refreshTokens.find(WHO)

      await gateway.tokens.refreshToken()

      const after = await gateway.refreshTokens.find(WHO)
      assert.equal(after!.sequence, before!.sequence + 1)
      const old = await server.findRefreshToken(before!.refreshToken.release())
      assert.isNumber(old!.consumed)
      const current = await server.findRefreshToken(after!.refreshToken.release())
      assert.isUndefined(current!.consumed)

      const rows = JSON.stringify(await place.connect().from('oauth_refresh_tokens'))
      assert.notInclude(rows, after!.refreshToken.release())
    })

    test('one that was taken back ends the sign-in: an event of high severity, and nobody asks again', async (context) => {
      const { assert } = context
      const { server, gateway } = await setUp(context)
      const spent = await gateway.refreshTokens.find(WHO)
      await gateway.tokens.refreshToken()
      // A thief uses one that was used: the server takes back all of it.
      await gateway.refreshTokens.rotate(WHO, spent!, spent!.sequence + 1)

      await assert.rejects(() => gateway.tokens.refreshToken(), /invalid_grant/)
      assert.lengthOf(server.revokedGrants, 1)
      const asked = server.grantTypes.length

      await gateway.tokens.clearToken()
      await assert.rejects(() => gateway.tokens.getAccessToken(), /invalid_grant|sign_in_required/)
      await assert.rejects(() => gateway.tokens.refreshToken(), /sign_in_required/)
      assert.lengthOf(server.grantTypes, asked)

      const ended = gateway.recorder.events.find(({ type }) => type === 'auth.sign_in.ended')
      assert.containsSubset(ended, { severity: 'high', reasonCode: 'invalid_grant' })
      assert.equal((await gateway.refreshTokens.state(WHO))!.endedBy, 'invalid_grant')

      await signIn(gateway)
      assert.exists(await server.find(bearerOf(await gateway.tokens.getAccessToken())))
    })

    test('signing out takes everything back at the provider, and clearing a token does not', async (context) => {
      const { assert } = context
      const { server, place, gateway } = await setUp(context)
      const other = await place.start()
      await gateway.tokens.clearToken()
      assert.deepEqual(server.revokedGrants, [])
      const token = bearerOf(await gateway.tokens.getAccessToken())
      await other.tokens.getAccessToken()

      await gateway.signOut.run(WHO, { comment: 'a leaver' })

      assert.lengthOf(server.revokedGrants, 1)
      assert.isUndefined(await server.find(token))
      assert.isNull(await gateway.refreshTokens.find(WHO))
      assert.equal((await gateway.refreshTokens.state(WHO))!.endedBy, 'signed_out')
      await assert.rejects(() => gateway.tokens.getAccessToken(), /sign_in_required/)
      assert.isNull(await gateway.store.get(gateway.tokens.sync.key))
      assert.containSubset(gateway.recorder.events, [
        { type: 'auth.sign_in.ended', reasonCode: 'signed_out', comment: 'a leaver' },
        { type: 'auth.token.revoked', outcome: 'success' },
      ])

      await gateway.signOut.run(WHO, {})
      assert.lengthOf(server.revokedGrants, 1)
    })
  })
}
