import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import { ConfigCredentials } from '#oauth/credentials/config'
import { grants } from '#oauth/define_config'
import { GatewayError } from '#shared/gateway_error'
import { databasesOf } from '#tests/helpers/audit/audit_database'
import { eventually } from '#tests/helpers/eventually'
import { ManualClock } from '#tests/helpers/manual_clock'
import { bearerOf, signInPlace } from '#tests/helpers/sign_in_engine'
import { startStrictServer } from '#tests/helpers/strict_refresh_server'

const [sqlite] = databasesOf('oauth')
const WHO = { provider: 'people' }
const DAY = 24 * 60 * 60_000

async function setUp(context: TestContext) {
  const server = await startStrictServer(context)
  const clock = new ManualClock()
  const place = await signInPlace(context, sqlite, {
    grant: grants.refreshToken(),
    credentials: new ConfigCredentials({ clientId: 'me', clientSecret: new Secret('canary') }),
    endpoint: { url: `${server.url}/token`, clientAuthentication: 'post' },
    signIn: { authorizationEndpoint: `${server.url}/authorize` },
  })
  const gateway = await place.start({ clock })
  await gateway.refreshTokens.signIn(WHO, { refreshToken: new Secret('canary-refresh-0') })

  const rename = (from: string, to: string) => place.connect().schema.renameTable(from, to)
  return {
    ...server,
    clock,
    place,
    gateway,
    hide: () => rename('oauth_refresh_tokens', 'oauth_hidden'),
    show: () => rename('oauth_hidden', 'oauth_refresh_tokens'),
    async comeBack() {
      const { url } = await gateway.browser.begin(WHO, { cause: {} })
      const back = { code: 'a-code', state: url.searchParams.get('state')! }
      return gateway.browser.complete('people', new URLSearchParams(back), {})
    },
  }
}

test.group('A sign-in', () => {
  test('outlives a clock that ran ahead for a moment', async (context) => {
    const { assert } = context
    const { gateway, state, clock } = await setUp(context)
    state.extra = { refresh_token_expires_in: 30 * 24 * 3600 }
    await gateway.tokens.getAccessToken()

    clock.jump(40 * DAY)
    await gateway.tokens.refreshToken().catch(() => {})
    clock.jump(-40 * DAY)

    assert.isUndefined((await gateway.refreshTokens.state(WHO))!.endedBy)
    assert.equal(bearerOf(await gateway.tokens.refreshToken()).slice(0, 7), 'access-')
  })

  test('outlives a gateway that stops before the database is back', async (context) => {
    const { assert } = context
    const { gateway, state, place, clock, hide, show } = await setUp(context)
    state.before = hide
    await assert.rejects(() => gateway.tokens.getAccessToken())
    state.before = async () => {}
    await show()

    await gateway.manager.close()
    const later = await place.start({ clock })
    await later.tokens.getAccessToken().catch(() => {})

    assert.isFalse(state.revoked)
  })

  test('is kept as soon as the database is back: another process has nothing to take back', async (context) => {
    const { assert } = context
    const { gateway, state, place, clock, hide, show } = await setUp(context)
    const other = await place.start({ clock })
    state.before = hide
    await assert.rejects(() => gateway.tokens.getAccessToken())
    state.before = async () => {}
    await show()

    for (let seconds = 0; seconds < 60; seconds++) await clock.advance(1_000)
    await other.tokens.getAccessToken().catch(() => {})

    assert.isFalse(state.revoked)
  })

  test('that could not be kept is not called completed', async (context) => {
    const { assert } = context
    const { gateway, state, comeBack, hide } = await setUp(context)
    state.before = hide
    await assert.rejects(comeBack)
    assert.notInclude(gateway.events(), 'auth.sign_in.completed (authorization_code)')
  })

  test('that was kept is not called a failure because the first token takes long', async (context) => {
    const { assert } = context
    const { state, requests, clock, comeBack } = await setUp(context)
    let answer = () => {}
    state.before = async () => {
      state.before = () => new Promise<void>((resolve) => (answer = resolve))
    }
    const outcome = comeBack()
    outcome.catch(() => {})
    await eventually(() => requests.length === 2, 'the first token is asked for')
    await clock.advance(10_000)
    answer()

    assert.deepEqual((await outcome).who, WHO)
  })

  test('that ends while nothing can be recorded is recorded as ended later', async (context) => {
    const { assert } = context
    const { gateway, state } = await setUp(context)
    state.before = async () => gateway.recorder.fail()
    state.answer = { status: 400, body: { error: 'invalid_grant' } }
    await assert.rejects(() => gateway.tokens.getAccessToken())

    state.before = async () => {}
    gateway.recorder.fail(false)
    await gateway.tokens.refreshToken().catch(() => {})
    assert.include(gateway.events(), 'auth.sign_in.ended (invalid_grant)')
  })

  test('that cannot be read fails with an error of ours, and the request has an outcome', async (context) => {
    const { assert } = context
    const { gateway, hide } = await setUp(context)
    await hide()

    const failure = await gateway.tokens.refreshToken().catch((error: unknown) => error)

    assert.instanceOf(failure, GatewayError)
    assert.isTrue(gateway.events().some((event) => event.startsWith('auth.token.request_failed')))
  })
})
