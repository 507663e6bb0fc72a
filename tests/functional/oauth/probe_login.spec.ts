import { inspect } from 'node:util'
import { runInNewContext } from 'node:vm'
import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import { ProbeLogin } from '#oauth/actions/probe_login'
import { credentials, grants } from '#oauth/define_config'
import { USUAL_PATHS } from '#oauth/probing/login_shapes'
import { systemClock } from '#shared/clock'
import { HttpClient } from '#shared/http_client'
import { ACCOUNT, startLoginApi, type LoginApiOptions } from '#tests/helpers/doubles/login_api'
import { startProviderEngine } from '#tests/helpers/provider_engine'
import { RecordingEventRecorder } from '#tests/helpers/recording_event_recorder'
import { startTokenServer, type TokenServerAnswer } from '#tests/helpers/token_server'
import { providerEntry } from '../../../commands/_provider_entry.js'

const PERSON = { actor: { type: 'system' as const, id: 'os:ada' } }

async function setUp(context: TestContext, options?: LoginApiOptions) {
  const api = await startLoginApi(context, options)
  const recorder = new RecordingEventRecorder()
  const http = new HttpClient({ connectTimeoutMs: 1_000, maxSockets: 8 })
  context.cleanup(() => http.destroy())
  const action = new ProbeLogin({ http, recorder, clock: systemClock })

  return {
    api,
    recorder,
    probe: (url = api.url, { name, password } = ACCOUNT) =>
      action.run({ url, login: { username: name, password: new Secret(password) } }, PERSON),
    events: () => recorder.events.map(({ type, reasonCode }) => `${type} (${reasonCode})`),
  }
}

/** What the engine has of a provider with this entry. */
async function tokenWith(context: TestContext, entry: string): Promise<string> {
  const { name, password } = ACCOUNT
  const settings: Record<string, unknown> = {
    PARTNER_USERNAME: name,
    PARTNER_PASSWORD: new Secret(password),
  }
  const env = { get: (variable: string) => settings[variable] }
  const { partner } = runInNewContext(`({ ${entry} })`, { grants, credentials, env })
  const token = await startProviderEngine(context, partner).tokens.getAccessToken()
  return token.record.accessToken.release()
}

test.group('Probing a login | what is found', () => {
  test('{name}: and its entry has the engine sign in')
    .with([
      { name: 'JSON with an e-mail address', api: {}, format: { tokenPaths: ['token'] } },
      {
        name: 'JSON with a user name',
        api: { path: '/api/login', name: 'username' },
        format: { tokenPaths: ['token'] },
      },
      {
        name: 'a form with a user name, as RFC 6749 has it',
        api: {
          path: '/oauth/token',
          format: 'form',
          name: 'username',
          hand: (token) => ({
            body: { access_token: token, token_type: 'Bearer', expires_in: 60 },
          }),
        },
        format: {},
      },
      {
        name: 'a form with an e-mail address, and a 201',
        api: {
          path: '/token',
          format: 'form',
          hand: (jwt) => ({ status: 201, body: { data: { jwt } } }),
        },
        format: { successStatuses: [201], tokenPaths: ['data.jwt'] },
      },
      {
        name: 'a pair of tokens',
        api: {
          path: '/api/token/',
          name: 'username',
          hand: (access) => ({ body: { refresh: 'r', access } }),
        },
        format: { tokenPaths: ['access'] },
      },
      {
        name: 'a token in the Authorization header',
        api: {
          path: '/login',
          hand: (token) => ({ status: 204, headers: { authorization: `Bearer ${token}` } }),
        },
        format: { successStatuses: [204], tokenPaths: [{ header: 'authorization' }] },
      },
      {
        name: 'a life that stands elsewhere',
        api: { hand: () => ({ body: { auth_token: 'opaque', expiresIn: 900 } }) },
        format: { tokenPaths: ['auth_token'], expiresInPath: 'expiresIn' },
        token: 'opaque',
      },
      {
        name: 'a JWT, which says itself when it ends,',
        api: { hand: (token) => ({ body: { token, expiresIn: 1_800_000 } }) },
        format: { tokenPaths: ['token'] },
      },
    ] as { name: string; api: LoginApiOptions; format: object; token?: string }[])
    .run(async (context, { api: options, format, token }) => {
      const { assert } = context
      const { api, probe } = await setUp(context, options)
      const { found } = await probe()

      assert.equal(found?.url, api.url + (options.path ?? '/auth/login'))
      const { tokenType, ...told } = found!.answerFormat
      assert.deepEqual(told as object, format)
      assert.equal(tokenType, options.path === '/oauth/token' ? undefined : 'assumed')
      assert.equal(await tokenWith(context, providerEntry(found!)), token ?? api.token)
    })

  test('an entry as people write it', async (context) => {
    const { probe, api } = await setUp(context)
    const { found } = await probe()
    context.assert.equal(
      providerEntry(found!).replace(api.url, 'https://api.partner.example'),
      `partner: {
  grant: grants.password({ format: 'json', fields: { username: 'email', password: 'password' } }),
  credentials: credentials.config({
    username: env.get('PARTNER_USERNAME'),
    password: env.get('PARTNER_PASSWORD'),
  }),
  endpoint: {
    url: 'https://api.partner.example/auth/login',
    clientAuthentication: 'none',
    answerFormat: { tokenPaths: ['token'], tokenType: 'assumed' },
  },
},`
    )
  })
})

test.group('Probing a login | what is sent', () => {
  test('every path hears first from somebody without a name, and only what is there of a password', async (context) => {
    const { assert } = context
    const { api, probe } = await setUp(context, { path: '/api/v1/login' })
    const { attempts, answers } = await probe()

    assert.deepEqual(api.looks(), [...USUAL_PATHS])
    assert.deepEqual(api.attempts(), ['/api/v1/login'])
    assert.equal(attempts, 1)
    assert.deepEqual(answers.at(0), { path: '/auth/login', answers: ['404'] })
    assert.deepEqual(answers.at(-1), { path: '/api/v1/login', answers: ['422', '200'] })
  })

  test('what knows a login when it sees one hears the password first', async (context) => {
    const { assert } = context
    const { api, probe } = await setUp(context, {
      path: '/api/v1/login',
      instead: ({ path }) => (path === '/api/v1/login' ? undefined : { status: 403 }),
    })
    const { found } = await probe()
    assert.equal(found?.url, `${api.url}/api/v1/login`)
    assert.deepEqual(api.attempts(), ['/api/v1/login'])
  })

  test('a path that is named is the only one', async (context) => {
    const { assert } = context
    const { api, probe } = await setUp(context, { path: '/mine?v=2' })
    const { found } = await probe(`${api.url}/mine?v=2`)

    assert.equal(found?.url, `${api.url}/mine?v=2`)
    assert.deepEqual([...new Set(api.requests.map(({ path }) => path))], ['/mine?v=2'])
  })

  test('a path that shows a page, leads elsewhere, or is not there sees no password', async (context) => {
    const { assert } = context
    const elsewhere = await startTokenServer(context, () => ({ body: { token: 'a' } }))
    const kinds: TokenServerAnswer[] = [
      { status: 404 },
      { status: 405 },
      { status: 410 },
      { status: 501 },
      { status: 307, headers: { location: `${elsewhere.url}/auth/login` } },
      { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' },
    ]
    const { api, probe, events } = await setUp(context, {
      instead: () => kinds[api.requests.length % kinds.length],
    })

    const { found, stopped, attempts } = await probe()
    assert.deepEqual(
      { found, stopped, attempts },
      { found: undefined, stopped: undefined, attempts: 0 }
    )
    assert.isEmpty(api.attempts())
    assert.isEmpty(elsewhere.requests)
    assert.equal(events().at(-1), 'auth.login.probed (not_found)')
  })

  test('a password does not follow a redirect either', async (context) => {
    const { assert } = context
    const elsewhere = await startTokenServer(context, () => ({ body: { token: 'a' } }))
    const { probe } = await setUp(context, {
      hand: () => ({ status: 307, headers: { location: `${elsewhere.url}/auth/login` } }),
    })
    const { found, attempts } = await probe()
    assert.isUndefined(found)
    assert.equal(attempts, 1)
    assert.isEmpty(elsewhere.requests)
  })

  test('{name} ends it at once')
    .with([
      { name: '429', answer: { status: 429 }, stopped: 'throttled' },
      { name: '423', answer: { status: 423 }, stopped: 'account_locked' },
      {
        name: 'a code that says "locked"',
        answer: { status: 403, body: { code: 'ACCOUNT_LOCKED' } },
        stopped: 'account_locked',
      },
      {
        name: 'a success that says "too many"',
        answer: { status: 200, body: { ok: false, error: 'Too many attempts' } },
        stopped: 'account_locked',
      },
    ])
    .run(async (context, { answer, stopped }) => {
      const { assert } = context
      const { api, probe, events } = await setUp(context, {
        instead: (_request, attempts) => (attempts > 0 ? answer : { status: 401 }),
      })

      const result = await probe()
      assert.equal(result.stopped, stopped)
      assert.lengthOf(api.attempts(), 1)
      assert.equal(events().at(-1), `auth.login.probed (${stopped})`)
    })

  test('who is throttled before naming anybody does not', async (context) => {
    const { api, probe } = await setUp(context, { instead: () => ({ status: 429 }) })
    const { stopped, attempts } = await probe()
    context.assert.deepEqual({ stopped, attempts }, { stopped: 'throttled', attempts: 0 })
    context.assert.lengthOf(api.requests, 1)
  })

  test('a login that tells incomplete from wrong hears a wrong password once', async (context) => {
    const { assert } = context
    const { api, probe } = await setUp(context)
    const { found, answers } = await probe(api.url, { ...ACCOUNT, password: 'wrong-canary' })

    assert.isUndefined(found)
    assert.deepEqual(api.attempts(), ['/auth/login'])
    assert.deepEqual(answers[0], { path: '/auth/login', answers: ['422', '401'] })
  })

  test('a host that refuses everything alike hears the password twelve times and no more', async (context) => {
    const { assert } = context
    const { api, probe } = await setUp(context, { instead: () => ({ status: 401 }) })
    const { stopped, attempts } = await probe()

    assert.deepEqual({ stopped, attempts }, { stopped: 'attempts_used_up', attempts: 12 })
    assert.lengthOf(api.attempts(), 12)
    const bodies = api.requests.map(({ path, body }) => `${path} ${body}`)
    assert.lengthOf(new Set(bodies), bodies.length, 'each shape once')
  })

  test('a path that takes forms only hears of one JSON body', async (context) => {
    const { assert } = context
    const { api, probe } = await setUp(context, { format: 'form', name: 'username' })
    const { found } = await probe()
    assert.equal(found?.format, 'form')
    const types = api.requests
      .filter(({ path }) => path === '/auth/login')
      .map(({ headers }) => headers['content-type']!.split('/')[1])
    assert.deepEqual(types, ['json', 'json', 'x-www-form-urlencoded', 'x-www-form-urlencoded'])
  })
})

test.group('Probing a login | what is told', () => {
  test('who probed which host and how it ended; nothing of name, password or token', async (context) => {
    const { assert } = context
    const { api, probe, recorder } = await setUp(context)
    const result = await probe()

    const { host } = new URL(api.url)
    assert.deepEqual(
      recorder.events.map(({ type, outcome }) => [type, outcome]),
      [
        ['auth.login.probe_requested', 'unknown'],
        ['auth.login.probed', 'success'],
      ]
    )
    for (const event of recorder.events) {
      assert.containsSubset(event, { ...PERSON, target: { type: 'login_host', id: host } })
    }
    const told = inspect([result, recorder.events], { depth: Infinity, showHidden: true })
    for (const secret of ['canary', 'ada@', api.token]) assert.notInclude(told, secret)
  })

  test('nothing is sent that cannot be recorded', async (context) => {
    const { assert } = context
    const { api, probe, recorder } = await setUp(context)
    recorder.fail()
    await assert.rejects(() => probe(), /audit trail cannot be written/)
    assert.isEmpty(api.requests)
  })

  test('a host that cannot be reached is asked once', async (context) => {
    const { assert } = context
    const { probe, events } = await setUp(context)
    const { stopped, answers } = await probe('http://127.0.0.1:9')
    assert.equal(stopped, 'unreachable')
    assert.deepEqual(answers, [{ path: '/auth/login', answers: ['connection_refused'] }])
    assert.equal(events().at(-1), 'auth.login.probed (unreachable)')
  })
})
