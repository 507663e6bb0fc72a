import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import { authenticatedHeaders } from '#oauth/headers/authenticated_headers'
import { ConfigCredentials } from '#oauth/credentials/config'
import { apigee } from '#presets/apigee'
import { mdm } from '#presets/mdm'
import { APIGEE_ERRORS, CLIENT_ID, CLIENT_SECRET, startApigee } from '#tests/helpers/doubles/apigee'
import { failureOf } from '#tests/helpers/failure_of'
import { ManualClock } from '#tests/helpers/manual_clock'
import { startProviderEngine } from '#tests/helpers/provider_engine'

async function setUp(context: TestContext, secret = CLIENT_SECRET) {
  const clock = new ManualClock()
  const server = await startApigee(context, { clock })
  const credentials = new ConfigCredentials({
    clientId: CLIENT_ID,
    clientSecret: new Secret(secret),
  })
  const gateway = { tokenEndpoint: server.tokenEndpoint, credentials }
  return { server, gateway, ...startProviderEngine(context, apigee(gateway), { clock }) }
}

test.group('Apigee', () => {
  test('a token of the type BearerToken, whose life is a number in quotes', async (context) => {
    const { tokens, clock, server } = await setUp(context)
    const token = await tokens.getAccessToken()

    context.assert.equal(token.authorization.release(), 'Bearer apigee-1')
    context.assert.equal(token.record.expiresAt - clock.now(), 1_799_000)
    context.assert.isUndefined(server.requests[0].headers.authorization)
  })

  test('a wrong secret is terminal', async (context) => {
    const { tokens } = await setUp(context, 'wrong')
    context.assert.containsSubset(await failureOf(tokens), {
      verdict: 'terminal',
      reason: 'invalid_client',
      upstreamCode: 'invalid_client',
    })
  })

  test('{fault}: {reason}, {verdict}, whatever its status')
    .with([
      { fault: 'clientFault', reason: 'invalid_client', verdict: 'terminal' },
      { fault: 'appDisabled', reason: 'application_disabled', verdict: 'terminal' },
      { fault: 'quota', reason: 'quota_exceeded', verdict: 'throttled' },
      { fault: 'backend', reason: 'http_503', verdict: 'transient' },
    ] as const)
    .run(async (context, { fault, reason, verdict }) => {
      const { tokens, server } = await setUp(context)
      server.answerNext(APIGEE_ERRORS[fault])
      context.assert.containsSubset(await failureOf(tokens), { verdict, reason })
    })
})

test.group('Master data behind a gateway', () => {
  test('have a second account in a header of its own, which nobody else sees', async (context) => {
    const { assert } = context
    const { server, gateway, clock } = await setUp(context)
    const account = { username: 'mdm-reader', password: new Secret('canary:of mdm') }
    const tested = mdm({ ...gateway, account })
    const { tokens, http, recorder } = startProviderEngine(context, tested, { clock })

    const headers = authenticatedHeaders(await tokens.getAccessToken(), { providers: { tested } })
    await http.exchange({
      method: 'GET',
      url: `${server.url}/mdm/v1/customers`,
      headers,
      deadlineMs: 2_000,
    })

    const [tokenRequest, apiRequest] = server.requests
    const basic = `Basic ${Buffer.from('mdm-reader:canary:of mdm').toString('base64')}`
    assert.equal(apiRequest.headers['authorization-basic'], basic)
    assert.equal(apiRequest.headers.authorization, 'Bearer apigee-1')
    assert.notProperty(tokenRequest.headers, 'authorization-basic')
    assert.notInclude(JSON.stringify([recorder.events, headers]), 'canary')
  })
})
