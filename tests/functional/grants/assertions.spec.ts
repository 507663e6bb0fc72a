import { inspect } from 'node:util'
import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import { ConfigCredentials } from '#oauth/credentials/config'
import { grants } from '#oauth/grants'
import { tokenTypes, type TokenExchangeOptions } from '#oauth/grants/token_exchange'
import type { GrantFactory } from '#oauth/provider_config'
import { failureOf } from '#tests/helpers/failure_of'
import { startProviderEngine } from '#tests/helpers/provider_engine'
import { startTokenServer, type TokenServerRequest } from '#tests/helpers/token_server'

const ADA = { assertion: new Secret('canary-of-ada') }
const GRACE = { assertion: new Secret('canary-of-grace') }

/** Issues `for-<assertion>`, unless that assertion is dead. */
async function setUp(context: TestContext, grant: GrantFactory, { dead = '' } = {}) {
  const answer = ({ members }: TokenServerRequest) => {
    const assertion = String(members.assertion ?? members.subject_token)
    if (assertion === dead) return { status: 400, body: { error: 'invalid_grant' } }
    const access = `for-${assertion.slice('canary-'.length)}`
    return { body: { access_token: access, token_type: 'Bearer', expires_in: 3600 } }
  }
  const server = await startTokenServer(context, answer)
  const engine = startProviderEngine(context, {
    grant,
    scope: 'mail.read',
    credentials: new ConfigCredentials({ clientId: 'id', clientSecret: new Secret('s') }),
    endpoint: { url: `${server.url}/token`, clientAuthentication: 'post' },
  })
  const bearer = async (owner: typeof ADA) => {
    const token = await engine.manager.use('tested', owner).getAccessToken()
    return token.authorization.release()
  }
  return { server, bearer, ...engine }
}

test.group('On behalf of somebody', () => {
  test("sends that person's assertion with the credentials of the client", async (context) => {
    const { server, bearer } = await setUp(context, grants.onBehalfOf())

    context.assert.equal(await bearer(ADA), 'Bearer for-of-ada')
    context.assert.deepEqual(server.requests[0].members, {
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      requested_token_use: 'on_behalf_of',
      assertion: 'canary-of-ada',
      scope: 'mail.read',
      client_id: 'id',
      client_secret: 's',
    })
  })

  test('each person has a token of their own, asked for once', async (context) => {
    const { assert } = context
    const { server, bearer } = await setUp(context, grants.onBehalfOf())
    const sameAsAda = { assertion: new Secret('canary-of-ada') }

    const bearers = await Promise.all([ADA, GRACE, sameAsAda, ADA].map(bearer))
    assert.deepEqual(bearers, [
      'Bearer for-of-ada',
      'Bearer for-of-grace',
      'Bearer for-of-ada',
      'Bearer for-of-ada',
    ])
    assert.lengthOf(server.requests, 2)
  })

  test('a dead assertion stops that person only', async (context) => {
    const { assert } = context
    const { server, bearer } = await setUp(context, grants.onBehalfOf(), { dead: 'canary-of-ada' })

    await assert.rejects(() => bearer(ADA), /\(invalid_grant\)/)
    await assert.rejects(() => bearer(ADA), /\(invalid_grant\)/)
    assert.equal(await bearer(GRACE), 'Bearer for-of-grace')
    assert.lengthOf(server.requests, 2)
  })

  test('the assertion is in no key, event, record or error', async (context) => {
    const { bearer, manager, recorder } = await setUp(context, grants.onBehalfOf(), {
      dead: 'canary-of-grace',
    })
    await bearer(ADA)
    const error: unknown = await bearer(GRACE).catch((caught: unknown) => caught)

    const keys: string[] = []
    const records: unknown[] = []
    for await (const key of manager.sharing.store.keys()) {
      keys.push(key)
      records.push(await manager.sharing.store.get(key))
    }
    const services = [ADA, GRACE].map((owner) => manager.use('tested', owner))
    const seen = inspect([keys, records, recorder.events, error, services], {
      depth: Infinity,
      showHidden: true,
    })
    context.assert.lengthOf(keys, 1)
    context.assert.notInclude(seen, 'canary')
  })

  test('without an assertion nothing is asked, and nobody else is kept waiting', async (context) => {
    const { assert } = context
    const { server, bearer, tokens } = await setUp(context, grants.onBehalfOf())

    assert.containsSubset(await failureOf(tokens), {
      verdict: 'terminal_for_key',
      reason: 'assertion_missing',
    })
    assert.lengthOf(server.requests, 0)
    assert.equal(await bearer(ADA), 'Bearer for-of-ada')
  })

  test('is let go of when that person has not come for a while', async (context) => {
    const { assert } = context
    const { manager, bearer, clock } = await setUp(context, grants.onBehalfOf())
    await manager.start()
    await bearer(ADA)
    const first = manager.use('tested', ADA)

    await clock.advance(50 * 60_000)
    assert.strictEqual(manager.use('tested', ADA), first)
    await clock.advance(11 * 60_000)
    assert.notStrictEqual(manager.use('tested', ADA), first)
  })

  test('of a thousand persons and one, the first has to be asked about again', async (context) => {
    const { assert } = context
    const { server, manager, bearer } = await setUp(context, grants.onBehalfOf())
    const first = manager.use('tested', ADA)
    for (let person = 0; person < 1_000; person++) {
      manager.use('tested', { assertion: new Secret(`canary-${person}`) })
    }

    assert.notStrictEqual(manager.use('tested', ADA), first)
    assert.equal(await bearer(ADA), 'Bearer for-of-ada')
    assert.lengthOf(server.requests, 1)
  })

  test('tenants and subjects with the same assertion do not meet', async (context) => {
    const { manager } = await setUp(context, grants.onBehalfOf())
    const owners = [ADA, { ...ADA, subject: 'ada' }, { ...ADA, tenant: 'acme' }]
    const services = owners.map((owner) => manager.use('tested', owner))
    const keys = services.map((service) => service.sync.key)

    context.assert.lengthOf([...new Set(services)], owners.length)
    context.assert.lengthOf([...new Set(keys)], owners.length)
  })
})

test.group('Token exchange', () => {
  const options: TokenExchangeOptions = {
    subjectTokenType: tokenTypes.jwt,
    requestedTokenType: tokenTypes.accessToken,
    resource: 'https://api.example.test',
    actor: { token: new Secret('canary-of-an-actor'), type: tokenTypes.jwt },
  }

  test('says what is given, what is wanted, for whom and by whom', async (context) => {
    const { server, bearer } = await setUp(context, grants.tokenExchange(options))

    context.assert.equal(await bearer(ADA), 'Bearer for-of-ada')
    context.assert.deepEqual(server.requests[0].members, {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: 'canary-of-ada',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      actor_token: 'canary-of-an-actor',
      actor_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      resource: 'https://api.example.test',
      scope: 'mail.read',
      client_id: 'id',
      client_secret: 's',
    })
  })

  test('an access token is exchanged when nothing else is said', async (context) => {
    const { server, bearer } = await setUp(context, grants.tokenExchange())
    await bearer(ADA)
    context.assert.equal(server.requests[0].members.subject_token_type, tokenTypes.accessToken)
    context.assert.notProperty(server.requests[0].members, 'actor_token')
  })

  test('another actor or another API is another key', async (context) => {
    const others: TokenExchangeOptions[] = [
      options,
      { ...options, actor: undefined },
      { ...options, actor: { token: new Secret('another'), type: tokenTypes.jwt } },
      { ...options, resource: 'https://other.example.test' },
    ]
    const keys: string[] = []
    for (const each of others) {
      const { manager } = await setUp(context, grants.tokenExchange(each))
      keys.push(manager.use('tested', ADA).sync.key)
    }
    context.assert.lengthOf([...new Set(keys)], others.length)
  })
})
