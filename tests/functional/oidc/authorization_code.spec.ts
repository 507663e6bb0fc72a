import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { comeBack, peopleAt, signIn } from '#tests/functional/oidc/people'
import { GATEWAY, PERSON, startPeopleServer } from '#tests/functional/oidc/people_server'
import { databasesOf } from '#tests/helpers/audit/audit_database'
import { bearerOf, signInPlace } from '#tests/helpers/sign_in_engine'

const [sqlite] = databasesOf('oauth')
const WHO = { provider: 'people' }

async function setUp(context: TestContext, scope?: string) {
  const server = await startPeopleServer(context)
  const place = await signInPlace(context, sqlite, peopleAt(server, scope))
  return { server, place, gateway: await place.start() }
}

test.group('A certified server | signing in by browser', () => {
  test('gives the gateway tokens for whoever signed in', async (context) => {
    const { assert } = context
    const { server, gateway } = await setUp(context)

    const { tokenInfo } = await signIn(gateway)

    assert.equal(tokenInfo!.state, 'fresh')
    const token = await gateway.tokens.getAccessToken()
    assert.containsSubset(await server.find(bearerOf(token)), {
      accountId: PERSON,
      clientId: GATEWAY.id,
    })
    assert.deepEqual(server.grantTypes, ['authorization_code', 'refresh_token'])
    assert.deepEqual(server.serverErrors, [])
    assert.deepEqual(gateway.events(), [
      'auth.sign_in.started (authorization_code)',
      'auth.sign_in.completed (authorization_code)',
      'auth.token.cleared (requested)',
      'auth.token.refresh_requested (undefined)',
      'auth.token.requested (forced)',
      'auth.token.generated (forced)',
      'auth.token.force_refreshed (undefined)',
    ])
  })

  test('sends the browser away with state, nonce and a challenge that says nothing of its proof', async (context) => {
    const { assert } = context
    const { gateway, place } = await setUp(context)
    const { url } = await gateway.browser.begin(WHO, { cause: {} })

    const { searchParams: sent } = url
    assert.equal(sent.get('redirect_uri'), GATEWAY.redirectUri)
    assert.equal(sent.get('code_challenge_method'), 'S256')
    assert.equal(sent.get('prompt'), 'consent')
    for (const name of ['state', 'nonce', 'code_challenge']) {
      assert.match(sent.get(name)!, /^[\w-]{43}$/)
    }
    const rows = JSON.stringify(await place.connect().from('oauth_sign_ins'))
    assert.notInclude(rows, sent.get('state')!)
    assert.notInclude(rows, sent.get('nonce')!)
  })

  test('may end at another process than the one that it began at', async (context) => {
    const { assert } = context
    const { place, gateway } = await setUp(context)
    const other = await place.start()

    const { url } = await gateway.browser.begin(WHO, { cause: {} })
    await other.browser.complete('people', await comeBack(url), {})

    assert.equal((await gateway.tokens.getAccessToken()).record.provider, 'people')
  })

  test('ends once: a page that is loaded again spends no code and takes nothing back', async (context) => {
    const { assert } = context
    const { server, gateway } = await setUp(context)
    const { url } = await gateway.browser.begin(WHO, { cause: {} })
    const answer = await comeBack(url)

    const tries = await Promise.allSettled(
      Array.from({ length: 5 }, () => gateway.browser.complete('people', answer, {}))
    )

    assert.lengthOf(
      tries.filter(({ status }) => status === 'fulfilled'),
      1
    )
    await assert.rejects(() => gateway.browser.complete('people', answer, {}), /unknown_state/)
    assert.lengthOf(
      server.grantTypes.filter((type) => type === 'authorization_code'),
      1
    )
    assert.deepEqual(server.revokedGrants, [])
    assert.exists(await server.find(bearerOf(await gateway.tokens.getAccessToken())))
  })

  test('comes to nothing when {name}')
    .with([
      {
        name: 'the state is another one',
        spoil: (answer: URLSearchParams) => answer.set('state', 'x'.repeat(43)),
        reason: 'unknown_state',
        asked: 0,
      },
      {
        name: 'there are two states',
        spoil: (answer: URLSearchParams) => answer.append('state', 'x'.repeat(43)),
        reason: 'unknown_state',
        asked: 0,
      },
      {
        name: 'the code is another one',
        spoil: (answer: URLSearchParams) => answer.set('code', 'stolen'),
        reason: 'invalid_grant',
        asked: 1,
      },
      {
        name: 'another server answered',
        spoil: (answer: URLSearchParams) => answer.set('iss', 'https://evil.example.test'),
        reason: 'rejected_response',
        asked: 0,
      },
      {
        name: 'the person said no',
        spoil(answer: URLSearchParams) {
          answer.delete('code')
          answer.set('error', 'access_denied')
          answer.set('error_description', 'canary')
        },
        reason: 'access_denied',
        asked: 0,
      },
    ])
    .run(async (context, { spoil, reason, asked }) => {
      const { assert } = context
      const { server, gateway } = await setUp(context)
      const { url } = await gateway.browser.begin(WHO, { cause: {} })
      const answer = await comeBack(url)
      spoil(answer)

      const ending = gateway.browser.complete('people', answer, {})
      await assert.rejects(() => ending, new RegExp(reason))

      assert.lengthOf(server.grantTypes, asked)
      assert.isNull(await gateway.refreshTokens.find(WHO))
      if (reason !== 'unknown_state') {
        assert.equal(gateway.events().at(-1), `auth.sign_in.failed (${reason})`)
      }
      assert.notInclude(JSON.stringify(gateway.recorder.events), 'canary')
    })

  test('needs a scope that makes the provider give a refresh token, and says so', async (context) => {
    const { gateway } = await setUp(context, 'openid sms')
    await context.assert.rejects(() => signIn(gateway), /no_refresh_token.*offline_access/)
  })

  test('replaces whoever was signed in before', async (context) => {
    const { assert } = context
    const { server, gateway } = await setUp(context)
    await signIn(gateway)
    const before = await gateway.tokens.getAccessToken()

    await signIn(gateway)

    const after = await gateway.tokens.getAccessToken()
    assert.notEqual(bearerOf(after), bearerOf(before))
    assert.deepEqual(server.revokedGrants, [])
  })
})
