import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import { ConfigCredentials } from '#oauth/credentials/config'
import { grants } from '#oauth/define_config'
import { callApi, startGateway } from '#tests/helpers/gateway'
import { RecordingEventRecorder } from '#tests/helpers/recording_event_recorder'
import { startTokenServer, type TokenServerAnswer } from '#tests/helpers/token_server'
import { createUser, tokenOf } from '#tests/helpers/users'

const REDIRECT_URI = 'https://portal.example.test/back'
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const VERIFIER = 'canary-verifier-'.padEnd(43, 'x')

const CODE = {
  grant_type: 'authorization_code',
  code: 'canary-code',
  redirect_uri: REDIRECT_URI,
  code_verifier: VERIFIER,
}

const ISSUED = {
  access_token: 'canary-access',
  token_type: 'Bearer',
  expires_in: 3600,
  scope: 'read',
}

/** A provider, a gateway that is its client, and an application that may exchange. */
async function setUp(context: TestContext, answer: TokenServerAnswer = { body: ISSUED }) {
  const state = { answer }
  const server = await startTokenServer(context, () => state.answer)
  const credentials = new ConfigCredentials({
    clientId: 'gateway',
    clientSecret: new Secret('canary-secret'),
  })
  const endpoint = { url: server.url, clientAuthentication: 'basic' as const }
  const recorder = new RecordingEventRecorder()
  await startGateway(context, {
    recorder,
    providers: {
      epic: {
        grant: grants.clientCredentials(),
        credentials,
        endpoint,
        exchangeRedirectUris: [REDIRECT_URI],
      },
      graph: { grant: grants.onBehalfOf(), credentials, endpoint, scope: 'read' },
    },
  })

  const bearer = await tokenOf(await createUser('sender'), { abilities: ['oauth:exchange'] })
  return {
    ...server,
    state,
    recorder,
    ask: (provider: string, body: object) =>
      callApi('POST', `/api/oauth/${provider}/token`, { bearer, body }),
    bearer,
  }
}

test.group('POST /api/oauth/:provider/token', () => {
  test('exchanges a code, with the client that the gateway is', async (context) => {
    const { assert } = context
    const { ask, requests } = await setUp(context, { body: { ...ISSUED, refresh_token: 'next' } })

    const { status, headers, body } = await ask('epic', CODE)

    assert.equal(status, 200)
    assert.equal(headers.get('cache-control'), 'no-store')
    const { expires_in: lasts, ...rest } = body as Record<string, unknown>
    assert.deepEqual(rest, {
      access_token: 'canary-access',
      token_type: 'Bearer',
      scope: 'read',
      refresh_token: 'next',
    })
    assert.approximately(Number(lasts), 3600, 5)
    assert.deepEqual(requests[0].members, CODE)
    const basic = Buffer.from('gateway:canary-secret').toString('base64')
    assert.equal(requests[0].headers.authorization, `Basic ${basic}`)
  })

  test('takes forms as RFC 6749 sends them', async (context) => {
    const { assert } = context
    const { bearer, requests } = await setUp(context)
    const answer = await fetch(`http://127.0.0.1:${process.env.PORT}/api/oauth/epic/token`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bearer}` },
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'canary-refresh' }),
    })
    assert.equal(answer.status, 200)
    assert.deepEqual(requests[0].members, {
      grant_type: 'refresh_token',
      refresh_token: 'canary-refresh',
    })
  })

  test('acts for whoever an assertion speaks of: many who bring the same one are one request', async (context) => {
    const { assert } = context
    const { ask, requests } = await setUp(context)
    const bring = (assertion: string) => ask('graph', { grant_type: JWT_BEARER, assertion })

    const answers = await Promise.all(Array.from({ length: 20 }, () => bring('canary-of-ada')))
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200])
    assert.lengthOf(requests, 1)
    assert.equal(requests[0].members.assertion, 'canary-of-ada')

    await bring('canary-of-bob')
    assert.lengthOf(requests, 2)
  })

  test('answers {status} {error} when {name}')
    .with([
      {
        name: 'the code is no good',
        answer: { status: 400, body: { error: 'invalid_grant', error_description: 'canary' } },
        status: 401,
        error: 'invalid_grant',
      },
      {
        name: 'codes are not sent to that address',
        body: { ...CODE, redirect_uri: 'https://evil.example.test/' },
        status: 400,
        error: 'invalid_request',
        asked: 0,
      },
      {
        name: 'the proof is missing',
        body: { ...CODE, code_verifier: undefined },
        status: 400,
        error: 'invalid_request',
        asked: 0,
      },
      {
        name: 'a member is a list',
        body: { ...CODE, code: ['canary', 'canary'] },
        status: 400,
        error: 'invalid_request',
        asked: 0,
      },
      { name: 'there is no grant type', body: {}, status: 400, error: 'invalid_request', asked: 0 },
      {
        name: 'the grant type is no such thing',
        body: { grant_type: 'constructor' },
        status: 400,
        error: 'unsupported_grant_type',
        asked: 0,
      },
      {
        name: 'the provider is not set up for it',
        provider: 'orange',
        status: 400,
        error: 'unsupported_grant_type',
        asked: 0,
      },
      {
        name: 'nobody is acted for there',
        body: { grant_type: JWT_BEARER, assertion: 'canary' },
        status: 400,
        error: 'unsupported_grant_type',
        asked: 0,
      },
      {
        name: 'the assertion is no good',
        provider: 'graph',
        body: { grant_type: JWT_BEARER, assertion: 'canary' },
        answer: { status: 400, body: { error: 'invalid_grant' } },
        status: 401,
        error: 'invalid_grant',
      },
      {
        name: 'the scope is another one',
        provider: 'graph',
        body: { grant_type: JWT_BEARER, assertion: 'canary', scope: 'write' },
        status: 400,
        error: 'invalid_scope',
        asked: 0,
      },
    ])
    .run(async (context, trial) => {
      const { assert } = context
      const { provider = 'epic', body = CODE, answer, status, error, asked = 1 } = trial
      const { ask, requests, recorder } = await setUp(context, answer)

      const answered = await ask(provider, body)

      assert.equal(answered.status, status)
      assert.equal(answered.body.error, error)
      assert.isString(answered.body.error_description)
      assert.lengthOf(requests, asked)
      assert.notInclude(JSON.stringify([answered.body, recorder.events]), 'canary')
    })

  test('goes on for others after bad codes, and stops for all when the client is no good', async (context) => {
    const { assert } = context
    const { ask, state, requests, recorder } = await setUp(context)
    state.answer = { status: 400, body: { error: 'invalid_grant' } }
    for (let bad = 0; bad < 5; bad++) assert.equal((await ask('epic', CODE)).status, 401)
    const types = recorder.events.map(({ type }) => type)
    assert.notInclude(types, 'auth.credentials.paused')

    state.answer = { body: ISSUED }
    assert.equal((await ask('epic', CODE)).status, 200)

    state.answer = { status: 401, body: { error: 'invalid_client' } }
    const { status, body } = await ask('epic', CODE)
    assert.deepEqual([status, body.code], [502, 'token_request_failed'])
    assert.lengthOf(requests, 7)

    const paused = await ask('epic', CODE)
    assert.deepEqual([paused.status, paused.body.code as string], [503, 'token_unavailable'])
    assert.lengthOf(requests, 7)
  })

  test('is recorded as a request and as a token that was handed on, and nothing is kept', async (context) => {
    const { assert } = context
    const { ask, recorder } = await setUp(context)
    await ask('epic', CODE)

    assert.deepEqual(
      recorder.events.map(({ type, reasonCode }) => [type, reasonCode]),
      [
        ['auth.token.requested', 'exchange'],
        ['auth.token.generated', 'exchange'],
        ['auth.token.disclosed', undefined],
      ]
    )
    assert.notInclude(JSON.stringify(recorder.events), 'canary')
  })

  test('is not for those without the ability, and not for providers that do not exist', async (context) => {
    const { assert } = context
    const { ask } = await setUp(context)
    assert.equal((await ask('nobody', CODE)).status, 404)

    const admin = await tokenOf(await createUser('admin'))
    const { status } = await callApi('POST', '/api/oauth/epic/token', { bearer: admin, body: CODE })
    assert.equal(status, 403)
  })
})
