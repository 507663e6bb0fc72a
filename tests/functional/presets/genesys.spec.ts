import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import { ConfigCredentials } from '#oauth/credentials/config'
import { genesys, GENESYS_REGIONS } from '#presets/genesys'
import {
  CLIENT_ID,
  CLIENT_SECRET,
  GENESYS_ERRORS,
  startGenesys,
} from '#tests/helpers/doubles/genesys'
import { failureOf } from '#tests/helpers/failure_of'
import { startProviderEngine } from '#tests/helpers/provider_engine'

function credentialsWith(secret: string) {
  return new ConfigCredentials({ clientId: CLIENT_ID, clientSecret: new Secret(secret) })
}

async function setUp(context: TestContext, secret = CLIENT_SECRET) {
  const server = await startGenesys(context)
  const provider = genesys({
    region: 'eu-west-1',
    credentials: credentialsWith(secret),
    loginUrl: server.url,
  })
  return { server, ...startProviderEngine(context, provider) }
}

test.group('Genesys Cloud', () => {
  test('a token for a day, by id and secret as they are; a hundred callers are one request', async (context) => {
    const { assert } = context
    const { tokens, clock, server } = await setUp(context)
    const many = await Promise.all(Array.from({ length: 100 }, () => tokens.getAccessToken()))

    assert.lengthOf([...new Set(many)], 1)
    assert.lengthOf(server.requests, 1)
    assert.equal(many[0].record.expiresAt - clock.now(), 86_399_000)
    assert.deepEqual(server.requests[0].members, { grant_type: 'client_credentials' })
  })

  test('a wrong secret is terminal', async (context) => {
    const { tokens } = await setUp(context, 'wrong')
    context.assert.containsSubset(await failureOf(tokens), {
      verdict: 'terminal',
      reason: 'invalid_client',
    })
  })

  test('the wait that it asks for is kept; credentials that its API refuses are terminal', async (context) => {
    const { assert } = context
    const { tokens, server } = await setUp(context)

    server.answerNext(GENESYS_ERRORS.rate)
    assert.containsSubset(await failureOf(tokens), {
      verdict: 'throttled',
      retryAfterMs: 37_000,
      upstreamCode: 'too.many.requests',
    })
    server.answerNext(GENESYS_ERRORS.credentials)
    assert.containsSubset(await failureOf(tokens), {
      verdict: 'terminal',
      reason: 'invalid_client',
      upstreamCode: 'bad.credentials',
    })
  })

  test('every region has a login host of its own', ({ assert }) => {
    const regions = Object.keys(GENESYS_REGIONS) as (keyof typeof GENESYS_REGIONS)[]
    const credentials = credentialsWith(CLIENT_SECRET)
    const urls = regions.map((region) => genesys({ region, credentials }).endpoint?.url)

    assert.lengthOf([...new Set(urls)], regions.length)
    assert.include(urls, 'https://login.mypurecloud.ie/oauth/token')
    assert.include(urls, 'https://login.usw2.pure.cloud/oauth/token')
  })
})
