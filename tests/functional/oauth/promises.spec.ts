import { test } from '@japa/runner'
import { Secret } from '@adonisjs/core/helpers'
import { Refusals } from '#access/refusals'
import { DiscloseToken } from '#oauth/actions/disclose_token'
import { PutTenantCredentials } from '#oauth/actions/put_tenant_credentials'
import { ConfigCredentials } from '#oauth/credentials/config'
import { DatabaseCredentials } from '#oauth/credentials/database'
import { HttpCredentials } from '#oauth/credentials/http'
import { grants } from '#oauth/define_config'
import { MemoryTokenStore } from '#oauth/stores/memory'
import { TenantCredentialStore } from '#oauth/stores/tenant_credentials'
import { TokenInventory } from '#oauth/token_inventory'
import { HttpClient } from '#shared/http_client'
import { databasesOf } from '#tests/helpers/audit/audit_database'
import { eventually } from '#tests/helpers/eventually'
import { callApi, startGateway } from '#tests/helpers/gateway'
import { ManualClock } from '#tests/helpers/manual_clock'
import { startProviderEngine } from '#tests/helpers/provider_engine'
import { RecordingEventRecorder } from '#tests/helpers/recording_event_recorder'
import { tokenCipher } from '#tests/helpers/token_cipher'
import { startTokenServer, type TokenServerAnswer } from '#tests/helpers/token_server'
import { createUser, tokenOf } from '#tests/helpers/users'
import { watchedRefusals } from '#tests/helpers/watched_refusals'

const ISSUED = { body: { access_token: 'a', token_type: 'Bearer', expires_in: 3600 } }
const REFUSED = { status: 401, body: { error: 'invalid_client' } }
const client = (clientId: string, secret = 's') => ({ clientId, clientSecret: new Secret(secret) })

const [sqlite] = databasesOf('oauth')

test.group('What was promised of tokens and tenants', () => {
  test('a token that stood in the store came from the cache, not from the provider', async (context) => {
    const server = await startTokenServer(context, () => ISSUED)
    const entry = {
      grant: grants.clientCredentials(),
      credentials: new ConfigCredentials(client('id')),
      endpoint: { url: server.url, clientAuthentication: 'post' as const },
    }
    const store = new MemoryTokenStore()
    const before = startProviderEngine(context, entry, { store: () => store })
    await before.tokens.getAccessToken()

    // The process that starts next.
    const { manager, recorder, clock } = startProviderEngine(context, entry, { store: () => store })
    const action = new DiscloseToken({ manager, recorder, clock, enabled: true })
    const { source } = await action.run({ provider: 'tested' }, {})

    context.assert.lengthOf(server.requests, 1)
    context.assert.equal(source, 'cache')
  })

  test('a tenant whose token is in hand has it although its credential service is down', async (context) => {
    const { assert } = context
    let down = false
    const service = await startTokenServer(context, () =>
      down ? { status: 503 } : { body: { client_id: 'acme', client_secret: 's' } }
    )
    const server = await startTokenServer(context, () => ISSUED)
    const http = new HttpClient({ connectTimeoutMs: 3_000, maxSockets: 8 })
    context.cleanup(() => http.destroy())
    const clock = new ManualClock()
    const engine = startProviderEngine(
      context,
      {
        grant: grants.clientCredentials(),
        credentials: new HttpCredentials({ url: `${service.url}/{tenant}` }, { http, clock }),
        endpoint: { url: server.url, clientAuthentication: 'post' },
      },
      { clock }
    )
    const { manager, recorder } = engine
    const action = new DiscloseToken({ manager, recorder, clock, enabled: true })
    await action.run({ provider: 'tested', tenant: 'acme' }, {})

    down = true
    await clock.advance(2 * 60_000)
    assert.equal(manager.use('tested', { tenant: 'acme' }).getTokenInfo().state, 'fresh')
    await assert.doesNotReject(() => action.run({ provider: 'tested', tenant: 'acme' }, {}))
  })

  test('the list of another process shows that a tenant is paused', async (context) => {
    const { assert } = context
    const state: { answer: TokenServerAnswer } = { answer: ISSUED }
    const server = await startTokenServer(context, () => state.answer)
    const entry = {
      grant: grants.clientCredentials(),
      credentials: new ConfigCredentials(client('id'), { acme: client('acme') }),
      endpoint: { url: server.url, clientAuthentication: 'post' as const },
    }
    const store = new MemoryTokenStore()
    const gateway = startProviderEngine(context, entry, { store: () => store })
    const acme = gateway.manager.use('tested', { tenant: 'acme' })
    await acme.getAccessToken()
    state.answer = REFUSED
    await acme.refreshToken().catch(() => {})
    assert.equal(acme.healthCheck().status, 'degraded')

    // token:status is a process of its own.
    const { manager, clock } = startProviderEngine(context, entry, { store: () => store })
    const signIns = { of: async () => null }
    const parts = { manager, store, clock, signIns: signIns as never }
    const listed = await new TokenInventory(parts).list()

    const shown = listed.find(({ tenant }) => tenant === 'acme')
    assert.containSubset(shown, { status: 'degraded', pause: { reason: 'invalid_client' } })
  })

  test('new credentials of a tenant end the pause that the old ones were given', async (context) => {
    const { assert } = context
    const server = await startTokenServer(context, ({ members }) =>
      members.client_secret === 'good' ? ISSUED : REFUSED
    )
    const { connect } = await sqlite.open()
    const clock = new ManualClock()
    const store = new TenantCredentialStore({ connect, cipher: await tokenCipher('one'), clock })
    const credentials = new DatabaseCredentials({ provider: 'tested', store })
    const { manager, recorder } = startProviderEngine(
      context,
      {
        grant: grants.clientCredentials(),
        credentials,
        endpoint: { url: server.url, clientAuthentication: 'post' },
      },
      { clock }
    )
    await credentials.put('acme', client('acme', 'bad'))
    await assert.rejects(() => manager.use('tested', { tenant: 'acme' }).getAccessToken())

    await new PutTenantCredentials(credentials, recorder, manager).run(
      'acme',
      client('acme', 'good'),
      {}
    )

    await assert.doesNotReject(() => manager.use('tested', { tenant: 'acme' }).getAccessToken())
  })

  test('two slow tenants of one provider slow no third, with the connections that config/ allows', async (context) => {
    const { assert } = context
    const held: (() => void)[] = []
    let slow = false
    const server = await startTokenServer(context, async ({ members }) => {
      if (slow && members.client_id !== 'quick') await new Promise<void>((go) => held.push(go))
      return ISSUED
    })
    const tenants = { a: client('a'), b: client('b'), quick: client('quick') }
    const { manager } = startProviderEngine(context, {
      grant: grants.clientCredentials(),
      credentials: new ConfigCredentials(client('own'), tenants),
      endpoint: { url: server.url, clientAuthentication: 'post' },
    })
    const ask = (tenant: string, subject?: string) =>
      manager.use('tested', { tenant, subject }).getAccessToken()
    await Promise.all(['a', 'b'].map((tenant) => ask(tenant)))
    slow = true
    const waiting = ['a', 'b'].flatMap((tenant) =>
      Array.from({ length: 10 }, (_, at) => ask(tenant, `person-${at}`).catch(() => {}))
    )
    await eventually(() => held.length === 8, 'both wait')

    const quick = ask('quick').then(() => 'quick')
    const late = new Promise((resolve) => setTimeout(() => resolve('late'), 1_500))
    const first = await Promise.race([quick, late])
    slow = false
    const release = setInterval(() => held.splice(0).forEach((go) => go()), 20)
    await Promise.all([quick.catch(() => {}), ...waiting])
    clearInterval(release)
    assert.equal(first, 'quick')
  })

  test('a refused probe stands in the trail like every other refusal', async (context) => {
    const { assert, swap } = context
    const { recorder, refusals } = await watchedRefusals()
    swap(Refusals, refusals)
    await startGateway(context, { recorder: new RecordingEventRecorder() })
    const bearer = await tokenOf(await createUser('reviewer'))

    const sender = await tokenOf(await createUser('sender'))
    await callApi('GET', '/api/oauth/health', { bearer: sender })
    assert.lengthOf(recorder.events, 1, 'what the middleware refuses is recorded')

    const { status } = await callApi('GET', '/api/oauth/health?probe=true', { bearer })
    assert.equal(status, 403)
    assert.lengthOf(recorder.events, 2, 'what the controller refuses')
  })
})
