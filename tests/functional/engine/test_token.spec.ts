import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import { TestToken } from '#oauth/actions/test_token'
import { ConfigCredentials } from '#oauth/credentials/config'
import { grants } from '#oauth/grants'
import { startProviderEngine } from '#tests/helpers/provider_engine'
import { startTokenServer, type TokenServerAnswer } from '#tests/helpers/token_server'

const PERSON = { actor: { type: 'system' as const, id: 'os:ada' } }
const BEARER = {
  body: { access_token: 'a', token_type: 'Bearer', expires_in: 1800, scope: 'sms' },
}

async function setUp(
  context: TestContext,
  answer: () => TokenServerAnswer | Promise<TokenServerAnswer>
) {
  const server = await startTokenServer(context, answer)
  const client = { clientId: 'id', clientSecret: new Secret('canary') }
  const engine = startProviderEngine(context, {
    grant: grants.clientCredentials(),
    credentials: new ConfigCredentials(client, { acme: client }),
    endpoint: {
      url: server.url,
      clientAuthentication: 'post',
      answerRules: [{ member: 'code', values: [53], verdict: 'throttled' }],
    },
  })
  const action = new TestToken(engine.manager, engine.clock)
  return { ...engine, server, run: (tenant?: string) => action.run({ tenant }, PERSON) }
}

test.group('Testing a token', () => {
  test('asks although one is in hand, and takes what comes into use', async (context) => {
    const { assert } = context
    let issued = 0
    const { run, tokens, server, clock } = await setUp(context, () => ({
      body: { ...BEARER.body, access_token: `token-${issued++}` },
    }))
    await tokens.getAccessToken()
    await clock.advance(60_000)

    const result = await run()
    assert.containsSubset(result, {
      outcome: 'success',
      lifeSeconds: 1800,
      failure: null,
      tokenInfo: { state: 'fresh', scope: 'sms' },
    })
    const token = await tokens.getAccessToken()
    assert.equal(token.authorization.release(), 'Bearer token-1')
    assert.lengthOf(server.requests, 2)
  })

  test('says what the provider answered, and what to do: {name}')
    .with([
      {
        name: 'a wrong secret',
        answer: { status: 401, body: { error: 'invalid_client' } },
        failure: { verdict: 'terminal', reason: 'invalid_client', httpStatus: 401 },
        advice: /client id and secret/,
      },
      {
        name: 'a code of its own',
        answer: { status: 403, body: { code: 53 } },
        failure: { verdict: 'throttled', reason: 'http_403', httpStatus: 403, upstreamCode: '53' },
        advice: /leave it alone/,
      },
      {
        name: 'an address that is not there',
        answer: { status: 404 },
        failure: { verdict: 'terminal', reason: 'http_404', httpStatus: 404, upstreamCode: null },
        advice: /address of the token endpoint/,
      },
      {
        name: 'an outage',
        answer: { status: 503 },
        failure: { verdict: 'transient', reason: 'http_503', httpStatus: 503 },
        advice: /passes by itself/,
      },
      {
        name: 'a success without a token',
        answer: { body: {} },
        failure: { verdict: 'transient', reason: 'rejected_response', httpStatus: 200 },
        advice: /answerFormat/,
      },
    ])
    .run(async (context, { answer, failure, advice }) => {
      const { run, recorder } = await setUp(context, () => answer)
      const result = await run()

      context.assert.containsSubset(result, { outcome: 'failure', lifeSeconds: null, failure })
      context.assert.match(result.failure!.advice, advice)
      const failed = recorder.events.find(({ type }) => type === 'auth.token.request_failed')
      context.assert.containsSubset(failed, PERSON)
    })

  test('waits no longer than a caller', async (context) => {
    const { assert } = context
    const asked = Promise.withResolvers<void>()
    const answer = Promise.withResolvers<TokenServerAnswer>()
    const { run, clock } = await setUp(context, () => {
      asked.resolve()
      return answer.promise
    })
    context.cleanup(() => answer.resolve(BEARER))

    const running = run()
    await asked.promise
    await clock.advance(10_000)
    assert.containsSubset(await running, {
      durationMs: 10_000,
      failure: { verdict: null, reason: 'timeout' },
    })
  })

  test('asks nobody for a tenant that is switched off or unknown', async (context) => {
    const { assert } = context
    const { run, manager, server } = await setUp(context, () => BEARER)
    await manager.disable('tested', 'acme', {})

    await assert.rejects(() => run('acme'), /switched off/)
    await assert.rejects(() => run('nobody'), /no such tenant/)
    assert.isEmpty(server.requests)
  })
})
