import { test } from '@japa/runner'
import { decodeJwt } from 'jose'
import type { AccessToken } from '#oauth/life/access_token'
import { TokenRequestError, TokenUnavailable } from '#oauth/errors'
import { CLIENTS, startCertifiedServer, TOKEN_LIFE } from '#tests/functional/oidc/certified_server'
import { startEngine } from '#tests/functional/oidc/engine'

const MINUTE = 60_000

function bearerOf(token: AccessToken): string {
  return token.authorization.release().slice('Bearer '.length)
}

test.group('A certified server | tokens', () => {
  test('issues one to the client that proves itself by {$self}, whatever stands in id and secret')
    .with(['basic', 'post'] as const)
    .run(async (context, client) => {
      const { assert } = context
      const server = await startCertifiedServer(context)
      const { tokens, clock } = startEngine(context, server, { client, scope: 'sms' })

      const token = await tokens.getAccessToken()

      assert.containsSubset(await server.find(bearerOf(token)), {
        clientId: CLIENTS[client].id,
        scope: 'sms',
      })
      assert.equal(token.record.scope, 'sms')
      assert.equal(token.record.expiresAt - clock.now(), TOKEN_LIFE * 1000)
      assert.equal(server.tokenRequests[0]?.startsWith('Basic ') ?? false, client === 'basic')
      assert.deepEqual(server.serverErrors, [])
    })

  test('issues one without a scope when none is asked for', async (context) => {
    const { assert } = context
    const server = await startCertifiedServer(context)
    const token = await startEngine(context, server).tokens.getAccessToken()

    assert.isUndefined(token.record.scope)
    assert.exists(await server.find(bearerOf(token)))
  })

  test('may grant less than was asked for, and the token says so', async (context) => {
    const server = await startCertifiedServer(context)
    const { tokens } = startEngine(context, server, { scope: 'sms unheard-of' })
    await tokens.getAccessToken()
    context.assert.equal(tokens.getTokenInfo().scope, 'sms')
  })

  test('is asked once for many callers', async (context) => {
    const { assert } = context
    const server = await startCertifiedServer(context)
    const { tokens, events } = startEngine(context, server)

    const many = await Promise.all(Array.from({ length: 100 }, () => tokens.getAccessToken()))
    const later = await tokens.getAccessToken()

    assert.lengthOf([...new Set([...many, later])], 1)
    assert.lengthOf(server.tokenRequests, 1)
    assert.deepEqual(events(), ['auth.token.requested (absent)', 'auth.token.generated (absent)'])
  })

  test('is asked every time without a cache', async (context) => {
    const { assert } = context
    const server = await startCertifiedServer(context)
    const { tokens } = startEngine(context, server, { cacheEnabled: false })

    const first = bearerOf(await tokens.getAccessToken())
    const second = bearerOf(await tokens.getAccessToken())
    assert.notEqual(first, second)
    assert.lengthOf(server.tokenRequests, 2)
  })

  test('renews one behind the traffic when it is due', async (context) => {
    const { assert } = context
    const server = await startCertifiedServer(context)
    const { tokens, clock, events, failuresBehind } = startEngine(context, server)
    const old = await tokens.getAccessToken()

    await clock.advance(50 * MINUTE - 1)
    assert.lengthOf(server.tokenRequests, 1)
    await clock.advance(1)
    await tokens.settled()

    const renewed = await tokens.getAccessToken()
    assert.notEqual(bearerOf(renewed), bearerOf(old))
    assert.exists(await server.find(bearerOf(renewed)))
    assert.lengthOf(server.tokenRequests, 2)
    assert.deepEqual(events().slice(2), [
      'auth.token.requested (due)',
      'auth.token.refreshed (due)',
    ])
    assert.deepEqual(failuresBehind, [])
  })

  test('replaces one that was refused, cleared or renewed by force', async (context) => {
    const { assert } = context
    const server = await startCertifiedServer(context)
    const { tokens } = startEngine(context, server)
    const first = await tokens.getAccessToken()

    await tokens.invalidate(first)
    const second = await tokens.getAccessToken()
    await tokens.clearToken()
    const third = await tokens.getAccessToken()
    const fourth = await tokens.refreshToken()

    assert.lengthOf([...new Set([first, second, third, fourth].map(bearerOf))], 4)
    assert.equal(await tokens.getAccessToken(), fourth)
    assert.lengthOf(server.tokenRequests, 4)
  })

  test('issues JWTs and does not say for how long: their own claims count', async (context) => {
    const { assert } = context
    const server = await startCertifiedServer(context, { jwt: true })
    const { tokens, clock } = startEngine(context, server, { scope: 'sms' })

    const token = await tokens.getAccessToken()

    const { exp, iat, aud, client_id: clientId } = decodeJwt(bearerOf(token))
    assert.deepEqual([aud, clientId], ['sms', CLIENTS.basic.id])
    assert.equal(exp! - iat!, TOKEN_LIFE)
    assert.equal(token.record.expiresAt - clock.now(), TOKEN_LIFE * 1000)
    assert.deepEqual(server.serverErrors, [])
  })
})

test.group('A certified server | refusals', () => {
  test('a wrong secret by {$self}: invalid_client, nobody asks again, nothing is shown')
    .with(['basic', 'post'] as const)
    .run(async (context, client) => {
      const { assert } = context
      const server = await startCertifiedServer(context)
      const engine = startEngine(context, server, { client, secret: 'canary-of-a-secret' })

      const error = await refusalOf(engine.tokens.getAccessToken())
      assert.instanceOf(error, TokenUnavailable)
      assert.match(String(error), /\(invalid_client\)/)
      await refusalOf(engine.tokens.getAccessToken())

      assert.lengthOf(server.tokenRequests, 1)
      assert.deepEqual(engine.events(), [
        'auth.token.requested (absent)',
        'auth.token.request_failed (invalid_client)',
        'auth.credentials.invalid (invalid_client)',
        'auth.credentials.paused (invalid_client)',
      ])
      assert.notInclude(JSON.stringify(engine.recorder.events), 'canary')
      assert.containsSubset(engine.tokens.healthCheck(), {
        status: 'unhealthy',
        pause: { reason: 'invalid_client', failures: 1 },
      })
    })

  test('after the pause it is asked once more', async (context) => {
    const { assert } = context
    const server = await startCertifiedServer(context)
    const { tokens, clock } = startEngine(context, server, { secret: 'wrong' })
    await refusalOf(tokens.getAccessToken())

    await clock.advance(4 * MINUTE)
    await refusalOf(tokens.getAccessToken())
    assert.lengthOf(server.tokenRequests, 1)
    await clock.advance(MINUTE)
    await refusalOf(tokens.getAccessToken())
    assert.lengthOf(server.tokenRequests, 2)
  })

  test('a secret that is not form-encoded for Basic is a wrong one', async (context) => {
    const server = await startCertifiedServer(context)
    const { tokens } = startEngine(context, server, { formEncodeCredentials: false })
    const error = await refusalOf(tokens.getAccessToken())
    context.assert.match(String(error), /\(invalid_(client|request)\)/)
  })

  test('a scope that is not for this client: invalid_scope, nobody asks again', async (context) => {
    const { assert } = context
    const server = await startCertifiedServer(context)
    const { tokens, recorder } = startEngine(context, server, { scope: 'sms admin' })

    const forced = await refusalOf(tokens.refreshToken())
    assert.instanceOf(forced, TokenRequestError)
    assert.containsSubset((forced as TokenRequestError).facts, {
      verdict: 'terminal',
      reason: 'invalid_scope',
      httpStatus: 400,
    })

    assert.match(String(await refusalOf(tokens.getAccessToken())), /\(invalid_scope\)/)
    assert.lengthOf(server.tokenRequests, 1)
    assert.notInclude(
      recorder.events.map(({ type }) => type),
      'auth.credentials.invalid'
    )
  })
})

async function refusalOf(promise: Promise<AccessToken>): Promise<unknown> {
  const outcome: unknown = await promise.catch((error: unknown) => error)
  if (outcome instanceof Error) return outcome
  throw new Error('A token came where none should')
}
