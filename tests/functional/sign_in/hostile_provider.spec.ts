import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import { ConfigCredentials } from '#oauth/credentials/config'
import { grants } from '#oauth/define_config'
import type { DevicePrompt } from '#oauth/sign_in/device_sign_in'
import { databasesOf } from '#tests/helpers/audit/audit_database'
import { eventually } from '#tests/helpers/eventually'
import { ManualClock } from '#tests/helpers/manual_clock'
import { signInPlace } from '#tests/helpers/sign_in_engine'
import { startTokenServer } from '#tests/helpers/token_server'

const [sqlite] = databasesOf('oauth')

const STARTED = {
  device_code: 'canary-device-code',
  user_code: 'WDJB-MJHT',
  verification_uri: 'https://people.example.test/device',
  expires_in: 600,
}

async function setUp(context: TestContext, started: object, goodSecret?: string) {
  const clock = new ManualClock()
  const server = await startTokenServer(context, ({ path, members }) => {
    if (goodSecret && members.client_secret !== goodSecret) {
      return { status: 401, body: { error: 'invalid_client' } }
    }
    if (path === '/device') return { body: { ...STARTED, ...started } }
    return { status: 400, body: { error: 'authorization_pending' } }
  })
  const place = await signInPlace(context, sqlite, {
    grant: grants.refreshToken(),
    credentials: new ConfigCredentials({
      clientId: 'me',
      clientSecret: new Secret('newest'),
      otherClientSecret: new Secret('before'),
    }),
    endpoint: { url: `${server.url}/token`, clientAuthentication: 'post' },
    signIn: { deviceAuthorizationEndpoint: `${server.url}/device` },
  })
  const gateway = await place.start({ clock })

  let prompt: DevicePrompt | undefined
  let failure: unknown
  gateway.device
    .run({ provider: 'people' }, { cause: {}, show: (shown) => (prompt = shown) })
    .catch((error) => (failure = error))
  await eventually(() => prompt !== undefined || failure !== undefined, 'it begins or ends')
  return { clock, gateway, prompt, failure: () => failure }
}

test.group('A provider at which somebody signs in with a code', () => {
  test('writes nothing on a terminal but what can be read: {$i}')
    .with([
      { user_code: 'A\u001b]0;owned\u0007\u001b[2J' },
      { verification_uri: 'https://people.example.test/\u001b[1A\u001b[2K' },
      { verification_uri: 'javascript:alert(1)' },
    ])
    .run(async (context, started) => {
      const { assert } = context
      const { prompt } = await setUp(context, started)
      const { userCode = '', verificationUri = 'https://' } = prompt ?? {}
      assert.match(userCode, /^[\x20-\x7e]*$/)
      assert.match(verificationUri, /^https?:\/\/[\x21-\x7e]*$/)
    })

  test('that names no possible end is refused, and the trail says so', async (context) => {
    const { assert } = context
    const { prompt, gateway } = await setUp(context, { expires_in: 1e300 })
    if (prompt) assert.doesNotThrow(() => new Date(prompt.expiresAt).toISOString())
    else assert.match(gateway.events().at(-1)!, /^auth.sign_in.failed/)
  })

  test('cannot keep it waiting longer than its own code lasts', async (context) => {
    const { assert } = context
    const { clock, failure } = await setUp(context, { expires_in: 600, interval: 86_400 })
    await clock.advance(601_000)
    await eventually(() => failure() !== undefined, 'the sign-in ends').catch(() => {})
    assert.match(String(failure()), /expired_token/)
  })

  test('begins with the other secret while one is being replaced', async (context) => {
    const { assert } = context
    const { prompt } = await setUp(context, {}, 'before')
    assert.equal(prompt?.userCode, 'WDJB-MJHT')
  })
})
