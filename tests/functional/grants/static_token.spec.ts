import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import { ConfigCredentials } from '#oauth/credentials/config'
import { grants } from '#oauth/grants'
import type { StaticTokenOptions } from '#oauth/grants/static_token'
import { failureOf } from '#tests/helpers/failure_of'
import { ManualClock } from '#tests/helpers/manual_clock'
import { startProviderEngine } from '#tests/helpers/provider_engine'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

function setUp(context: TestContext, livesForMs?: number, options?: StaticTokenOptions) {
  const clock = new ManualClock()
  const expiresAt = livesForMs === undefined ? undefined : clock.now() + livesForMs
  const provider = {
    grant: grants.staticToken(options),
    credentials: new ConfigCredentials({ token: new Secret('canary'), expiresAt }),
  }
  return startProviderEngine(context, provider, { clock })
}

test.group('Static token', () => {
  test('is served as it is, and its end is what was said less a buffer', async (context) => {
    const { assert } = context
    const { tokens, clock } = setUp(context, 60 * DAY)
    const token = await tokens.getAccessToken()

    assert.equal(token.authorization.release(), 'Bearer canary')
    assert.equal(token.record.expiresAt - clock.now(), 60 * DAY - 5 * MINUTE)
    assert.equal(tokens.getTokenInfo().state, 'fresh')
  })

  test('without an end it is read again after a day, or when it was said', async (context) => {
    for (const [options, life] of [
      [undefined, DAY],
      [{ defaultLifeMs: 30 * DAY }, 30 * DAY],
    ] as const) {
      const { tokens, clock } = setUp(context, undefined, options)
      const token = await tokens.getAccessToken()
      context.assert.equal(token.record.expiresAt - clock.now(), life)
    }
  })

  test('goes on when it is read again', async (context) => {
    const { tokens, clock, events } = setUp(context)
    await tokens.getAccessToken()
    await clock.advance(3 * DAY)
    await tokens.settled()

    const token = await tokens.getAccessToken()
    context.assert.equal(token.authorization.release(), 'Bearer canary')
    context.assert.notInclude(events().join(), 'failed')
  })

  test('is given up before its end: nothing is sent, and a row of high severity says so', async (context) => {
    const { assert } = context
    const { tokens, clock, recorder } = setUp(context, 60 * MINUTE, { safetyBufferMs: 10 * MINUTE })
    await tokens.getAccessToken()

    await clock.advance(49 * MINUTE)
    await tokens.getAccessToken()
    await clock.advance(MINUTE)
    await assert.rejects(() => tokens.getAccessToken(), /\(static_token_expired\)/)

    const failed = recorder.events.filter(({ type }) => type === 'auth.token.request_failed')
    assert.containsSubset(failed[0], { severity: 'high', reasonCode: 'static_token_expired' })
    assert.equal(tokens.healthCheck().status, 'unhealthy')
  })

  test('that is past already is refused', async (context) => {
    const { tokens } = setUp(context, 4 * MINUTE)
    context.assert.containsSubset(await failureOf(tokens), {
      verdict: 'terminal',
      reason: 'static_token_expired',
    })
  })

  test('a new token has a key of its own: nothing of the old one is left', (context) => {
    const keys = ['old', 'new', 'new'].map((text) => {
      const credentials = new ConfigCredentials({ token: new Secret(text) })
      return startProviderEngine(context, { grant: grants.staticToken(), credentials }).tokens.sync
        .key
    })
    context.assert.notEqual(keys[0], keys[1])
    context.assert.equal(keys[1], keys[2])
  })
})
