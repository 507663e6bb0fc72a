import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import { ConfigCredentials } from '#oauth/credentials/config'
import { grants } from '#oauth/define_config'
import { callApi, startGateway } from '#tests/helpers/gateway'
import { RecordingEventRecorder } from '#tests/helpers/recording_event_recorder'
import { startTokenServer, type TokenServerAnswer } from '#tests/helpers/token_server'
import { createUser, tokenOf } from '#tests/helpers/users'

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const BAD = 'what-a-stranger-brought'
const ISSUED = { access_token: 'good', token_type: 'Bearer', expires_in: 3600 }

/** A provider that refuses what one application brings, as a test says, and nothing else. */
async function setUp(context: TestContext, refusal: TokenServerAnswer) {
  const server = await startTokenServer(context, ({ body }) =>
    body.includes(BAD) ? refusal : { body: ISSUED }
  )
  const secret = { clientId: 'gateway', clientSecret: new Secret('canary-secret') }
  const credentials = new ConfigCredentials(secret)
  const endpoint = { url: server.url, clientAuthentication: 'basic' as const }
  const gateway = await startGateway(context, {
    recorder: new RecordingEventRecorder(),
    providers: {
      epic: {
        grant: grants.clientCredentials(),
        credentials,
        endpoint,
        exchangeRedirectUris: ['https://portal.example.test/back'],
      },
      graph: { grant: grants.onBehalfOf(), credentials, endpoint },
    },
  })
  const bearer = await tokenOf(await createUser('sender'), { abilities: ['oauth:exchange'] })
  const ask = (provider: string, body: object) =>
    callApi('POST', `/api/oauth/${provider}/token`, { bearer, body })
  return { gateway, ask, bearer }
}

const REFUSALS: { name: string; refusal: TokenServerAnswer }[] = [
  {
    name: 'a scope that it may not have',
    refusal: { status: 400, body: { error: 'invalid_scope' } },
  },
  { name: 'a malformed one', refusal: { status: 400, body: { error: 'invalid_request' } } },
  { name: 'one that the provider has no standard word for', refusal: { status: 400, body: {} } },
]

test.group('What one application brings to be exchanged', () => {
  test('keeps nobody else from tokens when it is {name}')
    .with(REFUSALS)
    .run(async (context, { refusal }) => {
      const { assert } = context
      const { ask, gateway } = await setUp(context, refusal)

      const bad = { grant_type: 'refresh_token', refresh_token: 'of-somebody', scope: BAD }
      assert.notEqual((await ask('epic', bad)).status, 200)

      const good = await ask('epic', { grant_type: 'refresh_token', refresh_token: 'of-another' })
      assert.equal(good.status, 200)
      const token = await gateway.manager.use('epic').getAccessToken()
      assert.equal(token.authorization.release(), 'Bearer good')
    })

  test('keeps nobody else from being acted for when the assertion is {name}')
    .with(REFUSALS.slice(1))
    .run(async (context, { refusal }) => {
      const { assert } = context
      const { ask } = await setUp(context, refusal)
      assert.notEqual((await ask('graph', { grant_type: JWT_BEARER, assertion: BAD })).status, 200)

      const good = await ask('graph', { grant_type: JWT_BEARER, assertion: 'of-somebody' })
      assert.equal(good.status, 200)
    })

  test('may be a form with members that are empty: those count as left out (RFC 6749 section 3.2)', async (context) => {
    const { assert } = context
    const { bearer } = await setUp(context, { status: 400, body: { error: 'invalid_grant' } })
    const answer = await fetch(`http://127.0.0.1:${process.env.PORT}/api/oauth/epic/token`, {
      method: 'POST',
      headers: {
        'authorization': `Bearer ${bearer}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'grant_type=refresh_token&refresh_token=of-somebody&scope=&tenant=',
    })
    assert.equal(answer.status, 200)
  })
})
