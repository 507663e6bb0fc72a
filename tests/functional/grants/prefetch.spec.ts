import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import { ConfigCredentials } from '#oauth/credentials/config'
import { stores } from '#oauth/define_config'
import { grants } from '#oauth/grants'
import { startProviderEngine } from '#tests/helpers/provider_engine'
import { startTokenServer, type TokenServerAnswer } from '#tests/helpers/token_server'

const MINUTE = 60_000
const BEARER = { body: { access_token: 'a', token_type: 'Bearer', expires_in: 3600 } }

async function setUp(
  context: TestContext,
  { prefetch = true, cacheEnabled = true }: { prefetch?: boolean; cacheEnabled?: boolean } = {}
) {
  const state: { answer: TokenServerAnswer | Promise<TokenServerAnswer> } = { answer: BEARER }
  const server = await startTokenServer(context, () => state.answer)
  const provider = {
    grant: grants.clientCredentials(),
    credentials: new ConfigCredentials({ clientId: 'id', clientSecret: new Secret('s') }),
    endpoint: { url: server.url, clientAuthentication: 'post' as const },
    prefetch,
  }
  const store = cacheEnabled ? stores.memory : stores.none
  const engine = startProviderEngine(context, provider, { cacheEnabled, store })
  return { ...engine, state, server }
}

test.group('A token that is prefetched', () => {
  test('is there before anybody asks for it, and renewed when nobody does', async (context) => {
    const { assert } = context
    const { manager, tokens, server, clock, events } = await setUp(context)
    await manager.start()
    await tokens.settled()
    assert.deepEqual(events(), ['auth.token.requested (absent)', 'auth.token.generated (absent)'])

    await tokens.getAccessToken()
    assert.lengthOf(server.requests, 1)
    await clock.advance(55 * MINUTE)
    await tokens.settled()
    assert.lengthOf(server.requests, 2)
  })

  test('keeps no gateway from starting', async (context) => {
    const { assert } = context
    const { manager, tokens, state } = await setUp(context)
    const { promise, resolve: answer } = Promise.withResolvers<TokenServerAnswer>()
    state.answer = promise

    await manager.start()
    assert.isFalse(tokens.isTokenValid())
    answer(BEARER)
    await tokens.settled()
    assert.isTrue(tokens.isTokenValid())
  })

  test('is tried for again after the pause when it was refused', async (context) => {
    const { assert } = context
    const { manager, tokens, server, state, clock, events, failuresBehind } = await setUp(context)
    state.answer = { status: 401, body: { error: 'invalid_client' } }
    await manager.start()
    await tokens.settled()
    assert.lengthOf(failuresBehind, 1)
    assert.include(events().join(), 'auth.credentials.paused (invalid_client)')

    state.answer = BEARER
    await clock.advance(4 * MINUTE)
    assert.lengthOf(server.requests, 1)
    await clock.advance(2 * MINUTE)
    await tokens.settled()
    assert.lengthOf(server.requests, 2)
    assert.isTrue(tokens.isTokenValid())
  })

  test('is tried for again when it could not be recorded', async (context) => {
    const { assert } = context
    const { manager, tokens, recorder, clock, server } = await setUp(context)
    recorder.fail()
    await manager.start()
    await tokens.settled()
    assert.lengthOf(server.requests, 0)

    recorder.fail(false)
    await clock.advance(2_000)
    await tokens.settled()
    assert.isTrue(tokens.isTokenValid())
  })

  test('is asked for by nobody else, nor where tokens are not cached', async (context) => {
    for (const settings of [{ prefetch: false }, { cacheEnabled: false }]) {
      const { manager, server, clock } = await setUp(context, settings)
      await manager.start()
      await clock.advance(10 * MINUTE)
      context.assert.lengthOf(server.requests, 0)
    }
  })
})
