import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import { exportJWK, exportPKCS8, generateKeyPair } from 'jose'
import { ConfigCredentials } from '#oauth/credentials/config'
import { TokenUnavailable } from '#oauth/errors'
import { grants } from '#oauth/grants'
import { SIGNING_CLIENT, startCertifiedServer } from '#tests/functional/oidc/certified_server'
import { ManualClock } from '#tests/helpers/manual_clock'
import { startProviderEngine } from '#tests/helpers/provider_engine'

interface Trial {
  algorithm?: string
  form?: 'PEM' | 'JWK'
  audience?: string

  /** The key that the server knows is another one. */
  foreign?: boolean
}

/** A client with a key of its own at a certified server, which checks times by the real clock. */
async function setUp(context: TestContext, trial: Trial = {}) {
  const { algorithm = 'RS256', form = 'PEM', audience, foreign = false } = trial
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true })
  const { publicKey: otherKey } = await generateKeyPair(algorithm)
  const known = await exportJWK(foreign ? otherKey : publicKey)
  const text =
    form === 'PEM' ? await exportPKCS8(privateKey) : JSON.stringify(await exportJWK(privateKey))

  const server = await startCertifiedServer(context, {
    clientKeys: [{ ...known, kid: 'key-of-2026', use: 'sig', alg: algorithm }],
  })
  const engine = startProviderEngine(
    context,
    {
      grant: grants.clientCredentials(),
      credentials: new ConfigCredentials({
        clientId: SIGNING_CLIENT,
        privateKey: new Secret(text),
        keyId: 'key-of-2026',
      }),
      scope: 'sms',
      endpoint: {
        url: server.tokenEndpoint,
        clientAuthentication: 'private_key_jwt',
        clientAssertion: { algorithm, audience },
      },
      revocation: { url: server.revocationEndpoint },
    },
    { clock: new ManualClock(Date.now()) }
  )
  return { server, ...engine }
}

test.group('A certified server | a client that signs', () => {
  test('gets tokens with {algorithm} and a key as {form}, each time by a new assertion')
    .with([
      { algorithm: 'RS256', form: 'PEM' },
      { algorithm: 'RS256', form: 'JWK' },
      { algorithm: 'ES256', form: 'PEM' },
      { algorithm: 'PS256', form: 'JWK' },
    ] as const)
    .run(async (context, trial) => {
      const { assert } = context
      const { server, tokens } = await setUp(context, trial)

      // The server refuses an assertion that it has seen before.
      for (const token of [await tokens.getAccessToken(), await tokens.refreshToken()]) {
        const bearer = token.authorization.release().slice('Bearer '.length)
        assert.containsSubset(await server.find(bearer), { clientId: SIGNING_CLIENT })
      }
      assert.deepEqual(server.tokenRequests, [undefined, undefined])
      assert.deepEqual(server.serverErrors, [])
    })

  test('has a cleared token revoked, by one more assertion', async (context) => {
    const { assert } = context
    const { server, tokens, recorder } = await setUp(context)
    const token = await tokens.getAccessToken()
    await tokens.clearToken()

    const bearer = token.authorization.release().slice('Bearer '.length)
    assert.isUndefined(await server.find(bearer))
    assert.containsSubset(recorder.events.at(-1), {
      type: 'auth.token.revoked',
      outcome: 'success',
    })
  })

  test('is refused with {name}: invalid_client, and nothing of the key is shown')
    .with([
      { name: 'a key that the server does not know', foreign: true },
      { name: 'an assertion for somebody else', audience: 'https://elsewhere.example.test' },
    ])
    .run(async (context, trial) => {
      const { assert } = context
      const { server, tokens, recorder } = await setUp(context, trial)

      await assert.rejects(() => tokens.getAccessToken(), /\(invalid_client\)/)
      await assert.rejects(() => tokens.getAccessToken(), TokenUnavailable)
      assert.lengthOf(server.tokenRequests, 1)
      assert.notInclude(JSON.stringify(recorder.events), 'PRIVATE')
    })
})
