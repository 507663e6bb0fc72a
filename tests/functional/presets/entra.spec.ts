import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import { exportPKCS8, generateKeyPair } from 'jose'
import { ConfigCredentials } from '#oauth/credentials/config'
import { credentials as sources, defineConfig, grants, stores } from '#oauth/define_config'
import { entra, type EntraOptions } from '#presets/entra'
import { exchange, exchangeScopes } from '#presets/exchange'
import { CLIENT_ID, CLIENT_SECRET, startEntra, TENANT } from '#tests/helpers/doubles/entra'
import { failureOf } from '#tests/helpers/failure_of'
import { ManualClock } from '#tests/helpers/manual_clock'
import { startProviderEngine } from '#tests/helpers/provider_engine'

const GRAPH = 'https://graph.microsoft.com/.default'

type Options = EntraOptions<ConfigCredentials>

async function setUp(context: TestContext, options: Partial<Options> = {}) {
  const clock = new ManualClock()
  const directory = await startEntra(context, { clock })
  const credentials = new ConfigCredentials({
    clientId: CLIENT_ID,
    clientSecret: new Secret(CLIENT_SECRET),
  })
  const provider = entra({
    tenantId: TENANT,
    credentials,
    scope: GRAPH,
    authority: directory.url,
    ...options,
  })
  return { directory, ...startProviderEngine(context, provider, { clock }) }
}

test.group('Entra ID | tokens', () => {
  test('for an application with a secret', async (context) => {
    const { directory, tokens, clock } = await setUp(context)
    const token = await tokens.getAccessToken()

    context.assert.equal(token.record.expiresAt - clock.now(), 3_599_000)
    context.assert.deepEqual(directory.requests[0].members, {
      grant_type: 'client_credentials',
      scope: GRAPH,
      client_id: CLIENT_ID,
      client_secret: CLIENT_SECRET,
    })
  })

  test('for an application whose secret is being replaced', async (context) => {
    const { assert } = context
    const { directory, tokens } = await setUp(context, {
      credentials: new ConfigCredentials({
        clientId: CLIENT_ID,
        clientSecret: new Secret('the one before'),
        otherClientSecret: new Secret(CLIENT_SECRET),
      }),
    })

    assert.exists(await tokens.getAccessToken())
    assert.exists(await tokens.refreshToken())
    assert.lengthOf(directory.requests, 3)
  })

  test('for an application with a certificate', async (context) => {
    const { assert } = context
    const clock = new ManualClock()
    const { privateKey, publicKey } = await generateKeyPair('PS256', { extractable: true })
    const certificate = { key: publicKey, thumbprint: 'dGh1bWJwcmludA' }
    const directory = await startEntra(context, { clock, certificate })

    const provider = entra({
      tenantId: TENANT,
      scope: GRAPH,
      authority: directory.url,
      clientAuthentication: 'private_key_jwt',
      credentials: new ConfigCredentials({
        clientId: CLIENT_ID,
        privateKey: new Secret(await exportPKCS8(privateKey)),
        certificateThumbprint: certificate.thumbprint,
      }),
    })
    const { tokens } = startProviderEngine(context, provider, { clock })

    await tokens.getAccessToken()
    assert.exists(await tokens.refreshToken())
    assert.notProperty(directory.requests[0].members, 'client_secret')
  })

  test('on behalf of a person, looked into before they are used', async (context) => {
    const { assert } = context
    const { directory, manager, recorder } = await setUp(context, {
      grant: grants.onBehalfOf(),
      scope: 'api://gateway/access_as_user',
      validate: { audience: 'api://gateway', scope: 'access_as_user' },
    })
    const owner = { assertion: new Secret('canary-of-ada') }

    const first = await manager.use('tested', owner).getAccessToken()
    assert.strictEqual(await manager.use('tested', owner).getAccessToken(), first)
    assert.lengthOf(directory.requests, 2)
    assert.containsSubset(directory.requests[0].members, {
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      requested_token_use: 'on_behalf_of',
      assertion: 'canary-of-ada',
      scope: 'api://gateway/access_as_user',
    })
    assert.notInclude(JSON.stringify(recorder.events), 'canary')
  })

  test('for another API than they were asked for are not used', async (context) => {
    const { tokens } = await setUp(context, { validate: { audience: 'api://other' } })
    context.assert.containsSubset(await failureOf(tokens), {
      verdict: 'terminal',
      reason: 'wrong_audience',
    })
  })
})

test.group('Entra ID | refusals', () => {
  test('{error}: {reason}, {verdict}')
    .with([
      {
        error: 'secret_wrong',
        reason: 'client_secret_wrong',
        verdict: 'terminal',
        code: 7_000_215,
      },
      {
        error: 'secret_expired',
        reason: 'client_secret_expired',
        verdict: 'terminal',
        code: 7_000_222,
      },
      { error: 'application', reason: 'application_unknown', verdict: 'terminal', code: 700_016 },
      {
        error: 'assertion',
        reason: 'assertion_refused',
        verdict: 'terminal_for_key',
        code: 500_133,
      },
      { error: 'consent', reason: 'consent_missing', verdict: 'terminal_for_key', code: 65_001 },
      { error: 'mfa', reason: 'interaction_required', verdict: 'terminal_for_key', code: 50_076 },
      { error: 'loop', reason: 'request_loop', verdict: 'throttled', code: 50_196 },
      {
        error: 'trouble',
        reason: 'temporarily_unavailable',
        verdict: 'transient',
        code: 90_033,
      },
    ])
    .run(async (context, { error, reason, verdict, code }) => {
      const { assert } = context
      const { directory, tokens, recorder } = await setUp(context)
      directory.refuse(error)

      assert.containsSubset(await failureOf(tokens), {
        reason,
        verdict,
        upstreamCode: String(code),
      })
      assert.notMatch(JSON.stringify(recorder.events), /Trace ID|canary/)
    })

  test('a code that is not in the table is judged by the standard, and recorded', async (context) => {
    const { directory, tokens } = await setUp(context)
    directory.refuse('unheard_of')

    context.assert.containsSubset(await failureOf(tokens), {
      reason: 'invalid_grant',
      verdict: 'terminal_for_key',
      upstreamCode: 'AADSTS999999',
    })
  })

  test("one person's missing consent does not stop another person", async (context) => {
    const { assert } = context
    const { directory, manager } = await setUp(context, { grant: grants.onBehalfOf() })
    const ask = (name: string) =>
      manager.use('tested', { assertion: new Secret(name) }).getAccessToken()
    directory.refuse('consent')

    await assert.rejects(() => ask('ada'), /\(consent_missing\)/)
    assert.exists(await ask('grace'))
    await assert.rejects(() => ask('ada'), /\(consent_missing\)/)
    assert.lengthOf(directory.requests, 2)
  })

  test('a wrong secret stops everybody, and a row of high severity says so', async (context) => {
    const { assert } = context
    const { directory, manager, recorder } = await setUp(context, { grant: grants.onBehalfOf() })
    const ask = (name: string) =>
      manager.use('tested', { assertion: new Secret(name) }).getAccessToken()
    directory.refuse('secret_expired')

    await assert.rejects(() => ask('ada'), /\(client_secret_expired\)/)
    await assert.rejects(() => ask('grace'), /\(client_secret_expired\)/)
    assert.lengthOf(directory.requests, 1)
    const invalid = recorder.events.filter(({ type }) => type === 'auth.credentials.invalid')
    assert.containsSubset(invalid, [{ severity: 'high', upstreamCode: '7000222' }])
  })
})

test.group('Entra ID | addresses', () => {
  const credentials = new ConfigCredentials({ clientId: 'id', clientSecret: new Secret('s') })

  test('of each cloud', ({ assert }) => {
    const urlOf = (options: Partial<Options>) =>
      entra({ tenantId: 'contoso.com', credentials, scope: GRAPH, ...options }).endpoint?.url

    assert.deepEqual(
      [{}, { cloud: 'us_government' as const }, { cloud: 'china' as const }].map(urlOf),
      [
        'https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token',
        'https://login.microsoftonline.us/contoso.com/oauth2/v2.0/token',
        'https://login.partner.microsoftonline.cn/contoso.com/oauth2/v2.0/token',
      ]
    )
    assert.equal(
      urlOf({ tenantId: '../elsewhere?x=' }),
      'https://login.microsoftonline.com/..%2Felsewhere%3Fx%3D/oauth2/v2.0/token'
    )
  })

  test('its tenants may have their credentials wherever credentials can be', ({ assert }) => {
    const ofTenants = entra({
      tenantId: 'contoso.com',
      credentials: sources.database({ provider: 'entra' }),
      scope: GRAPH,
    })
    const config = defineConfig({
      default: 'entra',
      store: stores.memory,
      providers: { entra: ofTenants },
    })
    assert.equal(config.providers.entra.credentials, ofTenants.credentials)
  })

  test('Exchange Online is Entra ID with scopes of its own', async (context) => {
    const clock = new ManualClock()
    const directory = await startEntra(context, { clock })
    const provider = exchange({
      tenantId: TENANT,
      authority: directory.url,
      credentials: new ConfigCredentials({
        clientId: CLIENT_ID,
        clientSecret: new Secret(CLIENT_SECRET),
      }),
    })
    const { tokens } = startProviderEngine(context, provider, { clock })
    await tokens.getAccessToken()

    const [{ members }] = directory.requests
    context.assert.equal(members.scope, 'https://outlook.office365.com/.default')
    context.assert.equal(
      exchange({ tenantId: TENANT, credentials, scope: exchangeScopes.smtp }).scope,
      'https://outlook.office.com/SMTP.Send offline_access'
    )
  })
})
