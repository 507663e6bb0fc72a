import { inspect } from 'node:util'
import { test } from '@japa/runner'
import { Secret } from '@adonisjs/core/helpers'
import { authenticatedHeaders } from '#oauth/headers/authenticated_headers'
import { basicCredentials } from '#oauth/wire/client_authentication'
import { ConfigCredentials } from '#oauth/credentials/config'
import { grants } from '#oauth/grants'
import type { ProviderConfig } from '#oauth/provider_config'
import { startProviderEngine } from '#tests/helpers/provider_engine'
import { startTokenServer } from '#tests/helpers/token_server'

test.group('Companion headers', () => {
  test('go to the API beside the token, and not to the token endpoint', async (context) => {
    const { assert } = context
    const server = await startTokenServer(context, ({ path }) =>
      path === '/token'
        ? { body: { access_token: 'a', token_type: 'Bearer', expires_in: 3600 } }
        : { body: {} }
    )
    const tested: ProviderConfig = {
      grant: grants.clientCredentials(),
      credentials: new ConfigCredentials({ clientId: 'id', clientSecret: new Secret('s') }),
      endpoint: { url: `${server.url}/token`, clientAuthentication: 'post' },
      companionHeaders: {
        'Authorization-Basic': basicCredentials('ada', new Secret('canary')),
      },
    }
    const { tokens, http } = startProviderEngine(context, tested)

    const headers = authenticatedHeaders(await tokens.getAccessToken(), { providers: { tested } })
    await http.exchange({ method: 'GET', url: `${server.url}/api`, headers, deadlineMs: 2_000 })

    const [tokenRequest, apiRequest] = server.requests
    const basic = `Basic ${Buffer.from('ada:canary').toString('base64')}`
    assert.notProperty(tokenRequest.headers, 'authorization-basic')
    assert.containsSubset(apiRequest.headers, {
      'authorization': 'Bearer a',
      'authorization-basic': basic,
    })
    assert.notInclude(inspect(headers, { depth: Infinity, showHidden: true }), 'canary')
  })

  test('a provider without any has the token alone', async (context) => {
    const credentials = new ConfigCredentials({ token: new Secret('t') })
    const tested = { grant: grants.staticToken(), credentials }
    const { tokens } = startProviderEngine(context, tested)

    const headers = authenticatedHeaders(await tokens.getAccessToken(), { providers: { tested } })
    context.assert.deepEqual(Object.keys(headers), ['Authorization'])
  })
})
