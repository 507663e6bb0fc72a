import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import { ConfigCredentials } from '#oauth/credentials/config'
import { grants } from '#oauth/grants'
import type { ProviderConfig, TokenOwner } from '#oauth/provider_config'
import { RequestTokens } from '#oauth/headers/request_tokens'
import { startProviderEngine } from '#tests/helpers/provider_engine'
import { startTokenServer, type TokenServerAnswer } from '#tests/helpers/token_server'

const MINUTE = 60_000
const BEARER = { body: { access_token: 'a', token_type: 'Bearer', expires_in: 3600 } }
const DOWN = { status: 503 }
const REFUSED = { status: 401, body: { error: 'invalid_client' } }

const STARTED = 'auth.token.fallback_served.started'
const ENDED = 'auth.token.fallback_served.ended'
const FALLBACK: Partial<ProviderConfig> = { fallbackToken: new Secret('kept-ready') }
const ANONYMOUS: Partial<ProviderConfig> = { onFailure: 'anonymous' }

/** A provider whose token endpoint answers as `state` says, and its API, which is called. */
async function setUp(context: TestContext, entry: Partial<ProviderConfig>) {
  const state: { answer: TokenServerAnswer | Promise<TokenServerAnswer> } = { answer: BEARER }
  const server = await startTokenServer(context, ({ path }) =>
    path === '/token' ? state.answer : { body: {} }
  )
  const client = { clientId: 'id', clientSecret: new Secret('s') }
  const engine = startProviderEngine(context, {
    grant: grants.clientCredentials(),
    credentials: new ConfigCredentials(client, { acme: { ...client, clientId: 'acme' } }),
    endpoint: { url: `${server.url}/token`, clientAuthentication: 'post' },
    companionHeaders: { 'X-Account': new Secret('gateway') },
    ...entry,
  })
  const requestTokens = new RequestTokens(engine, 'request-7')
  const { http, recorder } = engine

  return {
    ...engine,
    state,

    /** Calls the API as a route does. @returns what the API saw of authentication */
    async call(owner?: TokenOwner) {
      const headers = await requestTokens.headers('tested', owner)
      await http.exchange({ method: 'GET', url: `${server.url}/api`, headers, deadlineMs: 5_000 })
      const seen = server.requests.findLast(({ path }) => path === '/api')!.headers
      return { authorization: seen.authorization, account: seen['x-account'] }
    },
    async send() {
      const request = { method: 'GET' as const, url: `${server.url}/api`, headers: {} }
      await requestTokens.send('tested', { ...request, deadlineMs: 5_000 })
      const seen = server.requests.findLast(({ path }) => path === '/api')!.headers
      return { authorization: seen.authorization, account: seen['x-account'] }
    },
    tokenRequests: () => server.requests.filter(({ path }) => path === '/token'),
    states: () => recorder.events.filter(({ type }) => type.includes('_served')),
  }
}

const PLAIN = { authorization: 'Bearer a', account: 'gateway' }
const KEPT_READY = { authorization: 'Bearer kept-ready', account: 'gateway' }
const NAMELESS = { authorization: undefined, account: 'gateway' }

test.group('A fallback token', () => {
  test('is what a request is sent with, too, and that it was is over with the next token', async (context) => {
    const { assert } = context
    const { send, state, clock, states, tokenRequests } = await setUp(context, FALLBACK)
    state.answer = REFUSED
    assert.deepEqual(await send(), KEPT_READY)
    assert.lengthOf(tokenRequests(), 1)

    state.answer = BEARER
    await clock.advance(6 * MINUTE)
    assert.deepEqual(await send(), PLAIN)
    assert.deepEqual(
      states().map(({ type }) => type),
      [STARTED, ENDED]
    )
  })

  test('is not sent while a token is in hand, though its renewal fails', async (context) => {
    const { assert } = context
    const { call, clock, state, states } = await setUp(context, FALLBACK)
    await call()
    state.answer = REFUSED

    await clock.advance(55 * MINUTE)
    assert.deepEqual(await call(), PLAIN)
    assert.deepEqual(
      states().map(({ type }) => type),
      ['auth.token.stale_served.started']
    )

    await clock.advance(6 * MINUTE)
    assert.deepEqual(await call(), KEPT_READY)
  })

  test('stands in while there is no token, and goes when there is one', async (context) => {
    const { assert } = context
    const { call, clock, state, tokenRequests, events } = await setUp(context, FALLBACK)
    state.answer = REFUSED
    for (let calls = 0; calls < 3; calls++) assert.deepEqual(await call(), KEPT_READY)
    assert.lengthOf(tokenRequests(), 1, 'the pause is obeyed')

    state.answer = BEARER
    await clock.advance(6 * MINUTE)
    assert.deepEqual(await call(), PLAIN)
    assert.deepEqual(await call(), PLAIN)
    assert.deepEqual(
      events().filter((event) => event.includes('_served')),
      [`${STARTED} (invalid_client)`, `${ENDED} (token_obtained)`]
    )
  })

  test('has rows that name the request and the token, by fingerprint', async (context) => {
    const { assert } = context
    const { call, state, recorder } = await setUp(context, FALLBACK)
    state.answer = REFUSED
    await call()

    const started = recorder.events.find(({ type }) => type === STARTED)
    assert.containsSubset(started, {
      outcome: 'failure',
      severity: 'medium',
      correlationId: 'request-7',
      target: { type: 'oauth_provider', id: 'tested' },
    })
    assert.match(started!.token!.fingerprint, /^[\da-f]{32}$/)
    assert.notInclude(JSON.stringify(recorder.events), 'kept-ready')
  })

  test('of many requests that go out with it at once, one is recorded', async (context) => {
    const { assert } = context
    const { call, clock, state, states } = await setUp(context, FALLBACK)
    state.answer = REFUSED
    const calls = () => Promise.all(Array.from({ length: 50 }, () => call()))

    await calls()
    assert.lengthOf(states(), 1)

    state.answer = BEARER
    await clock.advance(6 * MINUTE)
    await calls()
    assert.deepEqual(
      states().map(({ type }) => type),
      [STARTED, ENDED]
    )
  })

  test('is not sent for a tenant, a subject or an assertion', async (context) => {
    const { assert } = context
    const { call, state, states } = await setUp(context, { ...FALLBACK, ...ANONYMOUS })
    state.answer = REFUSED

    for (const owner of [
      { tenant: 'acme' },
      { subject: 'ada' },
      { tenant: 'acme', subject: 'ada' },
      { assertion: new Secret('of-ada') },
    ]) {
      await assert.rejects(() => call(owner), /No access token can be had/)
    }
    await assert.rejects(() => call({ tenant: 'nobody' }), /no such tenant/)
    assert.isEmpty(states())
  })

  test('is not sent for a tenant that is switched off', async (context) => {
    const { assert } = context
    const { call, manager } = await setUp(context, { ...FALLBACK, ...ANONYMOUS })
    await manager.disable('tested', 'acme', {})
    await assert.rejects(() => call({ tenant: 'acme' }), /switched off/)
    assert.deepEqual(await call(), PLAIN)
  })

  test('stays where it is while nothing can be recorded', async (context) => {
    const { assert } = context
    const { call, clock, state, recorder, states } = await setUp(context, FALLBACK)
    state.answer = REFUSED
    recorder.fail()
    await assert.rejects(() => call(), /audit trail cannot be written/)

    recorder.fail(false)
    await call()
    assert.lengthOf(states(), 1)

    state.answer = BEARER
    await clock.advance(6 * MINUTE)
    await call()
    assert.lengthOf(states(), 2)
  })

  test('is not sent either, once it is in use, when asking for a token cannot be recorded', async (context) => {
    const { assert } = context
    const { call, clock, state, recorder, tokenRequests } = await setUp(context, FALLBACK)
    state.answer = REFUSED
    await call()
    await clock.advance(6 * MINUTE)

    recorder.fail()
    await assert.rejects(() => call(), /audit trail cannot be written/)
    assert.lengthOf(tokenRequests(), 1)
  })

  test('gives way to a token even if that cannot be recorded yet', async (context) => {
    const { assert } = context
    const { call, clock, state, recorder, tokens, states } = await setUp(context, FALLBACK)
    state.answer = REFUSED
    await call()
    state.answer = BEARER
    await clock.advance(6 * MINUTE)
    await tokens.getAccessToken()

    recorder.fail()
    assert.deepEqual(await call(), PLAIN)
    assert.lengthOf(states(), 1)
    recorder.fail(false)
    await call()
    assert.equal(states()[1].type, ENDED)
  })

  test('is waited beside for a second at most once it is in use', async (context) => {
    const { assert } = context
    const { call, clock, state } = await setUp(context, FALLBACK)
    state.answer = DOWN
    await call()

    state.answer = new Promise((resolve) => context.cleanup(() => resolve(BEARER)))
    const waiting = call()
    await clock.advance(1_000)
    assert.deepEqual(await waiting, KEPT_READY)
  })

  test('is seen by no token service', async (context) => {
    const { assert } = context
    const { call, state, tokens } = await setUp(context, FALLBACK)
    state.answer = REFUSED
    await call()

    assert.equal(tokens.getTokenInfo().state, 'absent')
    assert.equal(tokens.healthCheck().status, 'unhealthy')
    await assert.rejects(() => tokens.getAccessToken(), /No access token can be had/)
  })
})

test.group('Requests without a token', () => {
  test('go out where the entry says so, with their companion headers', async (context) => {
    const { assert } = context
    const { call, clock, state, events } = await setUp(context, ANONYMOUS)
    state.answer = REFUSED
    assert.deepEqual(await call(), NAMELESS)
    assert.deepEqual(await call(), NAMELESS)

    state.answer = BEARER
    await clock.advance(6 * MINUTE)
    assert.deepEqual(await call(), PLAIN)
    assert.deepEqual(
      events().filter((event) => event.includes('_served')),
      [
        'auth.anonymous_served.started (invalid_client)',
        'auth.anonymous_served.ended (token_obtained)',
      ]
    )
  })

  test('go out with the fallback token where there is one', async (context) => {
    const { call, state } = await setUp(context, { ...ANONYMOUS, ...FALLBACK })
    state.answer = REFUSED
    context.assert.deepEqual(await call(), KEPT_READY)
  })

  test('are refused by default', async (context) => {
    for (const entry of [{}, { onFailure: 'refuse' as const }]) {
      const { call, state, states } = await setUp(context, entry)
      state.answer = REFUSED
      await context.assert.rejects(() => call(), /No access token can be had/)
      context.assert.isEmpty(states())
    }
  })

  test('go out after a token that somebody was given has ended', async (context) => {
    const credentials = new ConfigCredentials({ token: new Secret('given'), expiresAt: 1 })
    const { call } = await setUp(context, {
      ...ANONYMOUS,
      grant: grants.staticToken(),
      endpoint: undefined,
      credentials,
    })
    context.assert.deepEqual(await call(), NAMELESS)
  })
})
