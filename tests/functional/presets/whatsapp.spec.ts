import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import { credentialTrouble } from '#oauth/wire/api_answer'
import { RequestTokens } from '#oauth/headers/request_tokens'
import { TokenUnavailable } from '#oauth/errors'
import { ConfigCredentials } from '#oauth/credentials/config'
import { whatsapp, WHATSAPP_API_RULES } from '#presets/whatsapp'
import { META_ERRORS, startMeta, TOKEN } from '#tests/helpers/doubles/meta'
import { ManualClock } from '#tests/helpers/manual_clock'
import { startProviderEngine } from '#tests/helpers/provider_engine'

const MINUTE = 60_000

async function setUp(context: TestContext, { token = TOKEN, livesForMs = 60 * MINUTE } = {}) {
  const clock = new ManualClock()
  const api = await startMeta(context)
  const tested = whatsapp({
    credentials: new ConfigCredentials({
      token: new Secret(token),
      expiresAt: clock.now() + livesForMs,
    }),
  })
  const engine = startProviderEngine(context, tested, { clock })

  const calls = new RequestTokens(engine, 'request-7')
  const send = () =>
    calls.send('tested', {
      method: 'POST',
      url: api.messages,
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ messaging_product: 'whatsapp', to: '+16505551234' }),
      deadlineMs: 2_000,
    })
  return { api, send, ...engine }
}

test.group('WhatsApp', () => {
  test('the token of a system user is sent as it is, until its end less a buffer', async (context) => {
    const { assert } = context
    const { send, clock, api } = await setUp(context)

    const answer = await send()
    assert.equal(answer.status, 200)
    assert.isUndefined(credentialTrouble(answer, WHATSAPP_API_RULES))

    await clock.advance(55 * MINUTE)
    await assert.rejects(() => send(), /\(static_token_expired\)/)
    assert.lengthOf(api.requests, 1)
  })

  test('an answer that says {error}: {reason}, {verdict}')
    .with([
      { error: 'expired', verdict: 'terminal', reason: 'token_expired', code: '463' },
      { error: 'passwordChanged', verdict: 'terminal', reason: 'password_changed', code: '460' },
      { error: 'refused', verdict: 'terminal', reason: 'token_refused', code: '190' },
      {
        error: 'permission',
        verdict: 'terminal_for_key',
        reason: 'permission_missing',
        code: '10',
      },
      { error: 'rate', verdict: 'throttled', reason: 'rate_limit', code: '130429' },
      { error: 'trouble', verdict: 'transient', reason: 'http_500', code: '1' },
    ] as const)
    .run(async (context, { error, verdict, reason, code }) => {
      const { send, api } = await setUp(context)
      api.answerNext(META_ERRORS[error])
      const trouble = credentialTrouble(await send(), WHATSAPP_API_RULES)
      context.assert.containsSubset(trouble, { verdict, reason, upstreamCode: code })
    })

  test('code 190 stops it: nothing is sent any more, and the trail says that somebody has to look', async (context) => {
    const { assert } = context
    const { send, api, recorder } = await setUp(context)
    api.answerNext(META_ERRORS.refused)
    await send()

    await assert.rejects(() => send(), TokenUnavailable)
    assert.lengthOf(api.requests, 1)
    const told = recorder.events.find(({ type }) => type === 'auth.credentials.invalid')
    assert.containSubset(told, {
      severity: 'high',
      reasonCode: 'token_refused',
      upstreamCode: '190',
    })
  })

  test('an answer that says {error} says nothing about the token')
    .with([{ error: 'parameter' }, { error: 'pairRate' }] as const)
    .run(async (context, { error }) => {
      const { send, api } = await setUp(context)
      api.answerNext(META_ERRORS[error])
      await send()
      await send()
      context.assert.lengthOf(api.requests, 2)
    })

  test('a wrong token is refused as such, and shown nowhere', async (context) => {
    const { send, recorder } = await setUp(context, { token: 'canary-of-another' })
    const trouble = credentialTrouble(await send(), WHATSAPP_API_RULES)
    context.assert.containsSubset(trouble, { verdict: 'terminal', reason: 'token_refused' })
    context.assert.notInclude(JSON.stringify([trouble, recorder.events]), 'canary')
  })
})
