import { inspect } from 'node:util'
import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose'
import { ConfigCredentials } from '#oauth/credentials/config'
import { grants } from '#oauth/grants'
import type { TokenChecks } from '#oauth/wire/token_check'
import { failureOf } from '#tests/helpers/failure_of'
import { ManualClock } from '#tests/helpers/manual_clock'
import { startProviderEngine } from '#tests/helpers/provider_engine'
import { startTokenServer } from '#tests/helpers/token_server'

const ISSUER = 'https://issuer.example.test'
const GOOD = { iss: ISSUER, aud: 'urn:sms', scope: 'sms balance' }

interface Trial {
  claims?: JWTPayload
  life?: number
  opaque?: boolean
  unsigned?: boolean
  checks?: Partial<TokenChecks>

  /** Whose keys the server publishes, or how it fails to. */
  keys?: 'its own' | 'another' | 'another of that name' | 'none' | 'broken'
}

async function setUp(context: TestContext, trial: Trial = {}) {
  const clock = new ManualClock()
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const { publicKey: otherKey } = await generateKeyPair('RS256')
  const { keys = 'its own', life = 3600, claims = GOOD } = trial
  const published = {
    'its own': { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256' },
    'another': { ...(await exportJWK(otherKey)), kid: 'k2', alg: 'RS256' },
    'another of that name': { ...(await exportJWK(otherKey)), kid: 'k1', alg: 'RS256' },
  }

  const issue = async () => {
    const now = clock.now() / 1000
    if (trial.opaque) return 'canary'
    if (trial.unsigned) return `${part({ alg: 'none' })}.${part({ ...claims, exp: now + life })}.`
    return new SignJWT({ ...claims, canary: true })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .setIssuedAt(now)
      .setExpirationTime(now + life)
      .sign(privateKey)
  }
  const server = await startTokenServer(context, async ({ path }) => {
    if (path === '/token') {
      return { body: { access_token: await issue(), token_type: 'Bearer', expires_in: 3600 } }
    }
    if (keys === 'none') return { status: 503 }
    return { body: keys === 'broken' ? { keys: 1 } : { keys: [published[keys]] } }
  })

  const validate = { issuer: ISSUER, jwksUri: `${server.url}/keys`, ...trial.checks }
  const provider = {
    grant: grants.clientCredentials(),
    credentials: new ConfigCredentials({ clientId: 'id', clientSecret: new Secret('s') }),
    endpoint: { url: `${server.url}/token`, clientAuthentication: 'post' as const },
    validate,
  }
  return { server, ...startProviderEngine(context, provider, { clock }) }
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

test.group('JWT checks', () => {
  test('let a token through that says what it should; its keys are asked for once', async (context) => {
    const { tokens, server } = await setUp(context, {
      checks: { audience: 'urn:sms', scope: 'balance sms' },
    })
    await tokens.getAccessToken()
    await tokens.refreshToken()

    context.assert.deepEqual(
      server.requests.map(({ path }) => path),
      ['/token', '/keys', '/token']
    )
  })

  test('scopes may stand in scp, as a text or a list: {scp}')
    .with([{ scp: 'sms other' }, { scp: ['other', 'sms'] }])
    .run(async (context, { scp }) => {
      const trial = { claims: { iss: ISSUER, scp }, checks: { scope: 'sms' } }
      const { tokens } = await setUp(context, trial)
      context.assert.exists(await tokens.getAccessToken())
    })

  test('refuse {name}: {reason}, {verdict}, and nothing of it is kept or shown')
    .with([
      {
        name: 'another issuer',
        trial: { claims: { ...GOOD, iss: 'https://evil.example.test' } },
        reason: 'wrong_issuer',
        verdict: 'terminal',
      },
      {
        name: 'a token for another API',
        trial: { checks: { audience: 'urn:other' } },
        reason: 'wrong_audience',
        verdict: 'terminal',
      },
      {
        name: 'too small a scope',
        trial: { checks: { scope: 'sms admin' } },
        reason: 'wrong_scope',
        verdict: 'terminal',
      },
      {
        name: 'a signature by another key',
        trial: { keys: 'another of that name' },
        reason: 'bad_signature',
        verdict: 'terminal',
      },
      {
        name: 'no signature',
        trial: { unsigned: true },
        reason: 'bad_signature',
        verdict: 'terminal',
      },
      {
        name: 'a key that is not published',
        trial: { keys: 'another' },
        reason: 'unknown_signing_key',
        verdict: 'transient',
      },
      {
        name: 'a token that is past',
        trial: { life: -120 },
        reason: 'rejected_response',
        verdict: 'transient',
      },
      {
        name: 'a token that is no JWT',
        trial: { opaque: true },
        reason: 'rejected_response',
        verdict: 'transient',
      },
      {
        name: 'every token while there are no keys',
        trial: { keys: 'none' },
        reason: 'key_set_unavailable',
        verdict: 'transient',
      },
      {
        name: 'every token while the keys cannot be read',
        trial: { keys: 'broken' },
        reason: 'key_set_unavailable',
        verdict: 'transient',
      },
    ] as const)
    .run(async (context, { trial, reason, verdict }) => {
      const { assert } = context
      const { tokens, manager, recorder } = await setUp(context, trial)

      const facts = await failureOf(tokens)
      assert.containsSubset(facts, { reason, verdict })
      assert.isFalse(tokens.isTokenValid())
      assert.isNull(await manager.sharing.store.get(tokens.sync.key))
      assert.notMatch(inspect([facts, recorder.events], { depth: Infinity }), /canary|eyJ/)
    })
})
