import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import { exportPKCS8, generateKeyPair } from 'jose'
import { ConfigCredentials } from '#oauth/credentials/config'
import { epic } from '#presets/epic'
import { CLIENT_ID, KEY_ID, startEpic } from '#tests/helpers/doubles/epic'
import { failureOf } from '#tests/helpers/failure_of'
import { ManualClock } from '#tests/helpers/manual_clock'
import { startProviderEngine } from '#tests/helpers/provider_engine'

async function setUp(context: TestContext, { foreignKey = false } = {}) {
  const clock = new ManualClock()
  const { privateKey, publicKey } = await generateKeyPair('RS384', { extractable: true })
  const { publicKey: otherKey } = await generateKeyPair('RS384')
  const server = await startEpic(context, { clock, key: foreignKey ? otherKey : publicKey })

  const provider = epic({
    baseUrl: server.baseUrl,
    scope: 'system/Patient.read',
    credentials: new ConfigCredentials({
      clientId: CLIENT_ID,
      privateKey: new Secret(await exportPKCS8(privateKey)),
      keyId: KEY_ID,
    }),
  })
  return { server, ...startProviderEngine(context, provider, { clock }) }
}

test.group('Epic on FHIR', () => {
  test('a backend service gets tokens, each by an assertion that was not seen before', async (context) => {
    const { tokens, server } = await setUp(context)
    const first = await tokens.getAccessToken()
    const second = await tokens.refreshToken()

    context.assert.equal(first.record.scope, 'system/Patient.read')
    context.assert.notEqual(first.fingerprint, second.fingerprint)
    context.assert.lengthOf(server.requests, 2)
  })

  test('a key that the organisation does not know stops it: invalid_client', async (context) => {
    const { tokens, server } = await setUp(context, { foreignKey: true })
    context.assert.containsSubset(await failureOf(tokens), {
      verdict: 'terminal',
      reason: 'invalid_client',
    })
    await context.assert.rejects(() => tokens.getAccessToken(), /\(invalid_client\)/)
    context.assert.lengthOf(server.requests, 1)
  })

  test('an application that people sign in to has a secret, in a header', ({ assert }) => {
    const { endpoint } = epic({
      baseUrl: 'https://fhir.example.org/oauth',
      credentials: new ConfigCredentials({ clientId: 'id', clientSecret: new Secret('s') }),
      clientAuthentication: 'basic',
    })
    assert.containsSubset(endpoint, {
      url: 'https://fhir.example.org/oauth/oauth2/token',
      clientAuthentication: 'basic',
    })
  })
})
