import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import { ConfigCredentials } from '#oauth/credentials/config'
import { grants } from '#oauth/define_config'
import type { SignInOutcome } from '#oauth/sign_in/finish_sign_in'
import { databasesOf } from '#tests/helpers/audit/audit_database'
import { eventually } from '#tests/helpers/eventually'
import { ManualClock } from '#tests/helpers/manual_clock'
import { signInPlace } from '#tests/helpers/sign_in_engine'
import { startTokenServer, type TokenServerAnswer } from '#tests/helpers/token_server'

const [sqlite] = databasesOf('oauth')

const STARTED = {
  device_code: 'canary-device-code',
  user_code: 'WDJB-MJHT',
  verification_uri: 'https://people.example.test/device',
  expires_in: 600,
}

const refused = (error: string): TokenServerAnswer => ({ status: 400, body: { error } })
const ISSUED: TokenServerAnswer = {
  body: {
    access_token: 'first',
    token_type: 'Bearer',
    expires_in: 3600,
    refresh_token: 'canary-refresh',
  },
}

interface Trial {
  started?: TokenServerAnswer

  /** What each look is answered, in order; the last one again and again. */
  looks?: TokenServerAnswer[]
}

/** A provider that answers as a test says, and somebody who signs in at it. */
async function setUp(
  context: TestContext,
  { started = { body: STARTED }, looks = [ISSUED] }: Trial
) {
  const clock = new ManualClock()
  const lookedAt: number[] = []
  const server = await startTokenServer(context, ({ path, members }) => {
    if (path === '/device') return started
    if (members.grant_type === 'refresh_token') return ISSUED
    lookedAt.push(clock.monotonic() / 1000)
    return looks[Math.min(lookedAt.length, looks.length) - 1]
  })
  const place = await signInPlace(context, sqlite, {
    grant: grants.refreshToken(),
    credentials: new ConfigCredentials({ clientId: 'me', clientSecret: new Secret('canary') }),
    endpoint: { url: `${server.url}/token`, clientAuthentication: 'post' },
    signIn: { deviceAuthorizationEndpoint: `${server.url}/device` },
    scope: 'mail offline_access',
  })
  const gateway = await place.start({ clock })

  let prompted = false
  let outcome: SignInOutcome | Error | undefined
  gateway.device.run({ provider: 'people' }, { cause: {}, show: () => (prompted = true) }).then(
    (done) => (outcome = done),
    (error: Error) => (outcome = error)
  )
  await eventually(() => prompted || outcome !== undefined, 'the code is shown')

  return {
    clock,
    server,
    gateway,
    lookedAt,

    /** Lets so many seconds pass, one look after the other. */
    async pass(seconds: number) {
      for (let passed = 0; passed < seconds && !outcome; passed++) {
        const before = lookedAt.length
        await clock.advance(1_000)
        const seen = () => lookedAt.length === before || clock.pending > 0 || outcome !== undefined
        await eventually(seen, 'the look is answered')
      }
      if (!outcome) return undefined
      return outcome
    },
  }
}

test.group('Signing in with a code from a device', () => {
  test('looks every five seconds where the provider does not say how often', async (context) => {
    const { assert } = context
    const pending = refused('authorization_pending')
    const { pass, lookedAt, server } = await setUp(context, { looks: [pending, pending, ISSUED] })

    assert.notInstanceOf(await pass(20), Error)

    assert.deepEqual(lookedAt, [5, 10, 15])
    assert.deepEqual(server.requests[0].members, {
      scope: 'mail offline_access',
      client_id: 'me',
      client_secret: 'canary',
    })
    assert.containsSubset(server.requests[1].members, {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: STARTED.device_code,
    })
  })

  test('looks as often as the provider says, and five seconds less often after slow_down, from then on', async (context) => {
    const pending = refused('authorization_pending')
    const { pass, lookedAt } = await setUp(context, {
      started: { body: { ...STARTED, interval: 2 } },
      looks: [pending, refused('slow_down'), pending, pending, ISSUED],
    })
    await pass(60)
    context.assert.deepEqual(lookedAt, [2, 4, 11, 18, 25])
  })

  test('goes on, less and less often, while the provider is in trouble', async (context) => {
    const trouble = { status: 503 }
    const { assert } = context
    const { pass, lookedAt } = await setUp(context, { looks: [trouble, trouble, trouble, ISSUED] })
    assert.notInstanceOf(await pass(120), Error)
    assert.deepEqual(lookedAt, [5, 15, 35, 75])
  })

  test('ends when nobody has entered the code in time', async (context) => {
    const { assert } = context
    const { pass, gateway, lookedAt } = await setUp(context, {
      started: { body: { ...STARTED, expires_in: 12 } },
      looks: [refused('authorization_pending')],
    })
    assert.match(String(await pass(30)), /expired_token.*begin again/)
    assert.deepEqual(lookedAt, [5, 10])
    assert.equal(gateway.events().at(-1), 'auth.sign_in.failed (expired_token)')
  })

  test('ends when {name}, and the sign-in from before stays')
    .with([
      { name: 'the person says no', looks: [refused('access_denied')], reason: 'access_denied' },
      { name: 'the code is over', looks: [refused('expired_token')], reason: 'expired_token' },
      {
        name: 'the client is no good',
        looks: [refused('invalid_client')],
        reason: 'invalid_client',
      },
      {
        name: 'no refresh token comes',
        looks: [{ body: { access_token: 'a', token_type: 'Bearer' } }],
        reason: 'no_refresh_token',
      },
    ])
    .run(async (context, { looks, reason }) => {
      const { assert } = context
      const { pass, gateway, lookedAt } = await setUp(context, { looks })
      const who = { provider: 'people' }
      await gateway.refreshTokens.signIn(who, { refreshToken: new Secret('from before') })

      assert.match(String(await pass(10)), new RegExp(reason))
      assert.lengthOf(lookedAt, 1)
      const kept = await gateway.refreshTokens.find(who)
      assert.equal(kept!.refreshToken.release(), 'from before')
      assert.equal(gateway.events().at(-1), `auth.sign_in.failed (${reason})`)
      assert.notInclude(JSON.stringify(gateway.recorder.events), 'canary')
    })

  test('does not begin where the provider answers {name}')
    .with([
      { name: 'invalid_client', started: refused('invalid_client'), reason: 'invalid_client' },
      { name: 'something else', started: { body: { hello: 1 } }, reason: 'rejected_response' },
      { name: 'with an error of its own', started: refused('canary'), reason: 'rejected_response' },
    ])
    .run(async (context, { started, reason }) => {
      const { assert } = context
      const { pass, gateway } = await setUp(context, { started })
      assert.match(String(await pass(0)), new RegExp(reason))
      assert.equal(gateway.events().at(-1), `auth.sign_in.failed (${reason})`)
    })
})
