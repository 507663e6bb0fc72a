import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { freePort } from '#bin/free_port'
import { startGateway } from '#tests/helpers/gateway'
import { startProviderEngine } from '#tests/helpers/provider_engine'
import { RecordingEventRecorder } from '#tests/helpers/recording_event_recorder'
import { startRevokingProvider } from '#tests/helpers/revoking_provider'
import type { TokenServerAnswer } from '#tests/helpers/token_server'

/** A gateway that holds a token of a provider which answers revocations as a test says. */
async function startHolding(context: TestContext, answer?: () => TokenServerAnswer) {
  const recorder = new RecordingEventRecorder()
  const { entry, revocations } = await startRevokingProvider(context, answer)
  const oauth = { providers: { orange: entry } }
  const gateway = await startGateway(context, { recorder, oauth })
  const refresh = (more: object = {}) =>
    gateway.call('admin', 'POST', '/api/oauth/refresh', { reason: 'a test', ...more })
  await refresh()

  return {
    recorder,
    revocations,
    refresh,
    clear: (query = '') =>
      gateway.call('admin', 'DELETE', `/api/oauth/token?reason=leaver${query}`),
    async state() {
      const { body } = await gateway.health()
      return (body.details as unknown as { tokenInfo: { state: string } }).tokenInfo.state
    },
  }
}

const basic = (name: string) =>
  `Basic ${Buffer.from(`${name}:secret+of+${name}`).toString('base64')}`

test.group('DELETE /api/oauth/token, where the provider revokes tokens', () => {
  test('tells it which one, as the client that it was issued to', async (context) => {
    const { assert } = context
    const { clear, refresh, recorder, revocations } = await startHolding(context)
    await refresh({ tenant: 'acme' })
    const answers = [await clear(), await clear('&tenant=acme')]
    assert.deepEqual(
      answers.map(({ status }) => status),
      [204, 204]
    )

    assert.deepEqual(
      revocations().map(({ method, members, headers }) => [method, members, headers.authorization]),
      [
        ['POST', { token: 'token-1', token_type_hint: 'access_token' }, basic('me')],
        ['POST', { token: 'token-2', token_type_hint: 'access_token' }, basic('acme')],
      ]
    )
    assert.equal(revocations()[0].headers['x-key'], 'of-the-portal')
    const told = recorder.events.filter(({ type }) => type === 'auth.token.revoked')
    assert.containsSubset(told, [
      { outcome: 'success', comment: 'leaver', actor: { type: 'user' }, tenant: undefined },
      { outcome: 'success', comment: 'leaver', tenant: 'acme' },
    ])
    assert.exists(told[0].correlationId)
    assert.notMatch(JSON.stringify(recorder.events), /token-\d|secret of/)
  })

  test('is answered 204 although the provider is in trouble', async (context) => {
    const { assert } = context
    const { clear, state, recorder } = await startHolding(context, () => ({ status: 500 }))
    const { status } = await clear()

    assert.equal(status, 204)
    assert.equal(await state(), 'absent')
    assert.equal(recorder.events.at(-1)!.reasonCode, 'http_500')
  })

  test('changes nothing, and tells nobody, while nothing can be recorded', async (context) => {
    const { assert } = context
    const { clear, state, recorder, revocations } = await startHolding(context)
    recorder.fail()
    const { status } = await clear()
    recorder.fail(false)

    assert.equal(status, 503)
    assert.isEmpty(revocations())
    assert.equal(await state(), 'fresh')
  })
})

test.group('A token that is cleared while the provider is in trouble', () => {
  test('is gone here, and asked about once: {name}')
    .with<{ name: string; answer: TokenServerAnswer }[]>([
      { name: 'it is busy', answer: { status: 503, headers: { 'retry-after': '1' } } },
      { name: 'it refuses', answer: { status: 400, body: { error: 'invalid_request' } } },
      { name: 'it sends elsewhere', answer: { status: 302, headers: { location: '/token' } } },
      { name: 'it does something else', answer: { status: 202 } },
    ])
    .run(async (context, { answer }) => {
      const { assert } = context
      const { entry, revocations } = await startRevokingProvider(context, () => answer)
      const { tokens, recorder, clock } = startProviderEngine(context, entry)
      const token = await tokens.getAccessToken()

      await tokens.clearToken()
      await clock.advance(60_000)
      assert.equal(tokens.getTokenInfo().state, 'absent')
      assert.lengthOf(revocations(), 1)
      assert.containsSubset(recorder.events.at(-1), {
        type: 'auth.token.revoked',
        outcome: 'failure',
        severity: 'medium',
        httpStatus: answer.status,
        token: { fingerprint: token.fingerprint },
      })
      const next = await tokens.getAccessToken()
      assert.notEqual(next.fingerprint, token.fingerprint)
    })

  test('is forgotten before the provider is asked', async (context) => {
    const { assert } = context
    let stateThen: string | undefined
    const { entry } = await startRevokingProvider(context, () => {
      stateThen = tokens.getTokenInfo().state
      return {}
    })
    const { tokens } = startProviderEngine(context, entry)
    await tokens.getAccessToken()
    await tokens.clearToken()
    assert.equal(stateThen, 'absent')
  })

  test('is gone here when nobody answers: {reason}')
    .with([
      { reason: 'connection_refused', url: async () => `http://127.0.0.1:${await freePort()}` },
      { reason: 'timeout', url: undefined },
    ])
    .run(async (context, { reason, url }) => {
      const { assert } = context
      const { entry } = await startRevokingProvider(context, () => new Promise(() => {}))
      const revocation = url ? { url: await url() } : entry.revocation
      const engine = startProviderEngine(
        context,
        { ...entry, revocation },
        { requestDeadlineMs: 500 }
      )
      await engine.tokens.getAccessToken()

      await engine.tokens.clearToken()
      assert.equal(engine.tokens.getTokenInfo().state, 'absent')
      const { type, outcome, reasonCode } = engine.recorder.events.at(-1)!
      assert.deepEqual([type, outcome, reasonCode], ['auth.token.revoked', 'failure', reason])
    })
})
