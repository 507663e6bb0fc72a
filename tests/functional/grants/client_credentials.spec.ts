import { test } from '@japa/runner'
import { Secret } from '@adonisjs/core/helpers'
import { ConfigCredentials } from '#oauth/credentials/config'
import { grants } from '#oauth/grants'
import type { GrantFactory, ProviderConfig } from '#oauth/provider_config'
import { startProviderEngine } from '#tests/helpers/provider_engine'
import { startTokenServer } from '#tests/helpers/token_server'

const issue = () => ({ body: { access_token: 'a', token_type: 'Bearer', expires_in: 3600 } })

function providerAt(url: string, grant: GrantFactory, audience?: string): ProviderConfig {
  return {
    grant,
    audience,
    scope: 'sms',
    credentials: new ConfigCredentials({ clientId: 'id', clientSecret: new Secret('s') }),
    endpoint: {
      url: `${url}/token`,
      clientAuthentication: 'basic',
      headers: { 'x-api-key': new Secret('k') },
    },
  }
}

test.group('Client credentials', () => {
  test('say for which audience and which APIs, and whatever else is wanted', async (context) => {
    const server = await startTokenServer(context, issue)
    const grant = grants.clientCredentials({
      resource: ['https://a.example.test', 'https://b.example.test'],
      parameters: { organisation: 'acme' },
    })
    const { tokens } = startProviderEngine(context, providerAt(server.url, grant, 'urn:sms'))
    await tokens.getAccessToken()

    const [{ members, headers }] = server.requests
    context.assert.deepEqual(members, {
      grant_type: 'client_credentials',
      scope: 'sms',
      audience: 'urn:sms',
      resource: ['https://a.example.test', 'https://b.example.test'],
      organisation: 'acme',
    })
    context.assert.equal(headers['x-api-key'], 'k')
  })

  test('send nothing that was not configured', async (context) => {
    const server = await startTokenServer(context, issue)
    const provider = providerAt(server.url, grants.clientCredentials(), '')
    await startProviderEngine(context, { ...provider, scope: '' }).tokens.getAccessToken()
    context.assert.deepEqual(server.requests[0].members, { grant_type: 'client_credentials' })
  })

  test('tokens for other APIs and audiences are kept under other keys', async (context) => {
    const keys = [
      [grants.clientCredentials()],
      [grants.clientCredentials(), 'urn:sms'],
      [grants.clientCredentials({ resource: 'urn:sms' })],
      [grants.clientCredentials({ parameters: { resource: 'urn:sms' } })],
    ].map(([grant, audience]) => {
      const provider = providerAt(
        'https://x.example.test',
        grant as GrantFactory,
        audience as string
      )
      return startProviderEngine(context, provider).tokens.sync.key
    })
    context.assert.lengthOf([...new Set(keys)], keys.length)
  })
})
