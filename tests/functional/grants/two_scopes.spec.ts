import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import { ConfigCredentials } from '#oauth/credentials/config'
import { grants } from '#oauth/define_config'
import { MemoryTokenStore } from '#oauth/stores/memory'
import { bearerOf } from '#tests/helpers/sign_in_engine'
import { startProviderEngine } from '#tests/helpers/provider_engine'
import { startTokenServer } from '#tests/helpers/token_server'

/** Two gateways that share a store, and differ in what they ask one client's tokens for. */
async function setUp(context: TestContext, differing: { scope?: string; audience?: string }[]) {
  const server = await startTokenServer(context, ({ members }) => ({
    body: {
      access_token: `for-${members.scope ?? members.audience}`,
      token_type: 'Bearer',
      expires_in: 3600,
    },
  }))
  const store = new MemoryTokenStore()
  return differing.map((facts) => {
    const { tokens } = startProviderEngine(
      context,
      {
        grant: grants.clientCredentials(),
        credentials: new ConfigCredentials({ clientId: 'me', clientSecret: new Secret('canary') }),
        endpoint: { url: server.url, clientAuthentication: 'post' },
        ...facts,
      },
      { store: () => store }
    )
    return tokens
  })
}

test.group('Tokens of one client', () => {
  test('for two of {$self} are never shared, and each is found again')
    .with(['scope', 'audience'] as const)
    .run(async (context, fact) => {
      const { assert } = context
      const wanted = ['read', 'write', 'read'].map((value) => ({ [fact]: value }))
      const [reading, writing, readingToo] = await setUp(context, wanted)
      const bearers = [reading, writing, readingToo].map(async (tokens) =>
        bearerOf(await tokens.getAccessToken())
      )
      assert.deepEqual(await Promise.all(bearers), ['for-read', 'for-write', 'for-read'])
      assert.equal(reading.sync.key, readingToo.sync.key)
      assert.notEqual(reading.sync.key, writing.sync.key)
    })
})
