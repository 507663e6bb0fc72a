import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import { SignJWT } from 'jose'
import { ConfigCredentials } from '#oauth/credentials/config'
import { grants } from '#oauth/grants'
import type { PasswordOptions } from '#oauth/grants/password'
import type { TokenEndpointConfig } from '#oauth/provider_config'
import { failureOf } from '#tests/helpers/failure_of'
import { startProviderEngine } from '#tests/helpers/provider_engine'
import { startTokenServer, type TokenServerAnswer } from '#tests/helpers/token_server'

const PASSWORD = 'canary &+ password'

interface Trial {
  options?: PasswordOptions
  endpoint?: Partial<TokenEndpointConfig>
  paths?: string[]
  clientId?: string
  answer: (path: string, times: number) => TokenServerAnswer
}

/** A login API on loopback and the engine that signs in there. */
async function setUp(context: TestContext, trial: Trial) {
  const server = await startTokenServer(context, ({ path }) =>
    trial.answer(path, server.requests.length)
  )
  const { paths = ['/login'], clientId } = trial
  const client = clientId === undefined ? undefined : { clientId }

  const engine = startProviderEngine(context, {
    grant: grants.password(trial.options),
    credentials: new ConfigCredentials({
      username: 'ada@example.test',
      password: new Secret(PASSWORD),
      client,
    }),
    scope: 'sms',
    endpoint: {
      url: paths.map((path) => `${server.url}${path}`),
      clientAuthentication: 'none',
      ...trial.endpoint,
    },
  })
  return { server, ...engine }
}

const BEARER = { body: { access_token: 'a', token_type: 'Bearer', expires_in: 3600 } }

test.group('Password grant | what is sent', () => {
  test('the form of RFC 6749, by a public client', async (context) => {
    const { server, tokens } = await setUp(context, { clientId: 'app', answer: () => BEARER })
    await tokens.getAccessToken()

    context.assert.deepEqual(server.requests[0].members, {
      grant_type: 'password',
      username: 'ada@example.test',
      password: PASSWORD,
      scope: 'sms',
      client_id: 'app',
    })
  })

  test('JSON with the names that a login API has, and nothing of OAuth', async (context) => {
    const { server, tokens } = await setUp(context, {
      options: {
        format: 'json',
        fields: { username: 'email', password: 'secret_word' },
        extraFields: { remember: true, tenant: 7, device: new Secret('d') },
      },
      answer: () => BEARER,
    })
    await tokens.getAccessToken()

    const [{ members, headers }] = server.requests
    context.assert.deepEqual(members, {
      email: 'ada@example.test',
      secret_word: PASSWORD,
      remember: true,
      tenant: 7,
      device: 'd',
    })
    context.assert.equal(headers['content-type'], 'application/json')
    context.assert.isUndefined(headers.authorization)
  })

  test('nothing of the password is in events, errors or keys', async (context) => {
    const { tokens, recorder } = await setUp(context, {
      answer: () => ({ status: 401, body: { message: `No account with ${PASSWORD}` } }),
    })
    const facts = await failureOf(tokens)

    context.assert.containsSubset(facts, { verdict: 'terminal', reason: 'http_401' })
    context.assert.notInclude(JSON.stringify([recorder.events, facts, tokens.sync.key]), 'canary')
  })
})

test.group('Password grant | what comes back', () => {
  test('a JWT that alone says how long it lives, in a member of a member', async (context) => {
    const key = new TextEncoder().encode('a key of thirty-two characters!!')
    const jwt = await new SignJWT({ iat: 1_000, exp: 2_800 })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(key)
    const { tokens, clock } = await setUp(context, {
      options: { format: 'json' },
      endpoint: { answerFormat: { tokenPaths: ['data.jwt'], tokenType: 'assumed' } },
      answer: () => ({ status: 200, body: { data: { jwt, user: { id: 7 } } } }),
    })

    const token = await tokens.getAccessToken()
    context.assert.equal(token.authorization.release(), `Bearer ${jwt}`)
    context.assert.equal(token.record.expiresAt - clock.now(), 1_800_000)
  })

  test('a token in the Authorization header', async (context) => {
    const { tokens } = await setUp(context, {
      endpoint: {
        answerFormat: {
          successStatuses: [200, 204],
          tokenPaths: ['token', { header: 'authorization' }],
          tokenType: 'assumed',
        },
      },
      answer: () => ({ status: 204, headers: { authorization: 'Bearer from-a-header' } }),
    })
    const token = await tokens.getAccessToken()
    context.assert.equal(token.authorization.release(), 'Bearer from-a-header')
  })

  test('an error in a success: the account is locked, and nobody tries again', async (context) => {
    const { assert } = context
    const { tokens, server, events } = await setUp(context, {
      endpoint: {
        answerRules: [
          {
            status: 200,
            member: 'error.code',
            values: ['LOCKED'],
            verdict: 'terminal',
            reason: 'account_locked',
          },
        ],
      },
      answer: () => ({ body: { error: { code: 'LOCKED' } } }),
    })

    await assert.rejects(() => tokens.getAccessToken(), /\(account_locked\)/)
    await assert.rejects(() => tokens.getAccessToken(), /\(account_locked\)/)
    assert.lengthOf(server.requests, 1)
    assert.deepEqual(events(), [
      'auth.token.requested (absent)',
      'auth.token.request_failed (account_locked)',
      'auth.credentials.paused (account_locked)',
    ])
  })
})

test.group('Password grant | several addresses', () => {
  const paths = ['/api/login', '/auth/login', '/login']

  test('are tried in order while they are not there; the one that works is remembered', async (context) => {
    const { assert } = context
    const { tokens, server } = await setUp(context, {
      paths,
      answer: (path) => (path === '/login' ? BEARER : { status: path.length % 2 ? 405 : 404 }),
    })

    await tokens.getAccessToken()
    await tokens.refreshToken()
    assert.deepEqual(
      server.requests.map(({ path }) => path),
      [...paths, '/login']
    )
  })

  test('are not tried after any other answer', async (context) => {
    const { tokens, server } = await setUp(context, { paths, answer: () => ({ status: 401 }) })
    await failureOf(tokens)
    context.assert.lengthOf(server.requests, 1)
  })

  test('are tried again when the one that worked is gone', async (context) => {
    const { tokens, server } = await setUp(context, {
      paths: ['/old', '/new'],
      answer: (path, times) => ((times === 1) === (path === '/old') ? BEARER : { status: 404 }),
    })
    await tokens.getAccessToken()
    await tokens.refreshToken()
    context.assert.deepEqual(
      server.requests.map(({ path }) => path),
      ['/old', '/old', '/new']
    )
  })

  test('when none is there, the last one says why', async (context) => {
    const { tokens, server } = await setUp(context, { paths, answer: () => ({ status: 404 }) })
    const facts = await failureOf(tokens)
    context.assert.containsSubset(facts, { verdict: 'terminal', reason: 'http_404' })
    context.assert.lengthOf(server.requests, 3)
  })
})
