import { test } from '@japa/runner'
import { Secret } from '@adonisjs/core/helpers'
import { DatabaseCredentials } from '#oauth/credentials/database'
import { HttpCredentials } from '#oauth/credentials/http'
import type { ClientCredentials, ClientSecret } from '#oauth/credentials/kinds'
import type { TenantCredentials } from '#oauth/credentials/tenant_credentials'
import { TenantCredentialStore } from '#oauth/stores/tenant_credentials'
import { CredentialsUnreadable, TokenRequestError, UnknownTenant } from '#oauth/errors'
import { HttpClient } from '#shared/http_client'
import { databasesOf } from '#tests/helpers/audit/audit_database'
import { ManualClock } from '#tests/helpers/manual_clock'
import { tokenCipher } from '#tests/helpers/token_cipher'
import { startHttpServer } from '#tests/unit/shared/http_server'

const client = (clientId: string, secret: string): ClientSecret => ({
  clientId,
  clientSecret: new Secret(secret),
})

function plain(credentials: ClientCredentials) {
  const { clientId, clientSecret, otherClientSecret } = credentials as ClientSecret
  return [clientId, clientSecret.release(), otherClientSecret?.release()]
}

const canary = new Secret('canary')

const KINDS = {
  secret: { clientId: 'id', clientSecret: canary },
  key: { clientId: 'id', privateKey: canary, keyId: 'key-1', certificateThumbprint: 'thumb' },
  login: { username: 'ada', password: canary },
  loginWithClient: {
    username: 'ada',
    password: canary,
    client: { clientId: 'id', clientSecret: canary },
  },
  token: { token: canary },
  tokenWithEnd: { token: canary, expiresAt: Date.UTC(2027, 0, 31) },
} satisfies Record<string, TenantCredentials>

/** With secrets in clear, to compare. */
function released(credentials: object): unknown {
  const clear = (value: unknown): unknown => {
    if (value instanceof Secret) return value.release()
    return typeof value === 'object' && value !== null ? released(value) : value
  }
  return Object.fromEntries(Object.entries(credentials).map(([name, each]) => [name, clear(each)]))
}

for (const { name, open } of databasesOf('oauth')) {
  test.group(`Credentials of tenants in the database | ${name}`, () => {
    async function setUp() {
      const { connect } = await open()
      const cipher = await tokenCipher('one')
      const store = new TenantCredentialStore({ connect, cipher, clock: new ManualClock() })
      const credentials = new DatabaseCredentials({ provider: 'entra', store })
      return { connect, store, credentials }
    }

    test('come back as they were put, and nothing of them stands in clear', async ({ assert }) => {
      const { connect, credentials } = await setUp()
      await credentials.put('acme', client('acme-id', 'acme-secret'))
      await credentials.put('globex', client('globex-id', 'globex-secret'))

      assert.deepEqual(plain(await credentials.find('acme')), ['acme-id', 'acme-secret', undefined])
      assert.deepEqual(await credentials.tenants(), ['acme', 'globex'])
      const rows = JSON.stringify(await connect().from('oauth_tenant_credentials'))
      assert.notMatch(rows, /acme-(id|secret)/)
    })

    test('of every kind come back as they were put: {$self}')
      .with(Object.keys(KINDS) as (keyof typeof KINDS)[])
      .run(async ({ assert }, kind) => {
        const { connect, credentials } = await setUp()
        await credentials.put('acme', KINDS[kind])

        const found = await credentials.find('acme')
        assert.deepEqual(released(found), released(KINDS[kind]))
        const rows = JSON.stringify(await connect().from('oauth_tenant_credentials'))
        assert.notInclude(rows, 'canary')
      })

    test('of nobody are unknown, also for the provider itself', async ({ assert }) => {
      const { credentials } = await setUp()
      await assert.rejects(() => credentials.find('acme'), UnknownTenant)
      await assert.rejects(() => credentials.find(), UnknownTenant)
    })

    test('keep the secret before, while the client is the same', async ({ assert }) => {
      const { credentials } = await setUp()
      await credentials.put('acme', client('id', 'old'))
      await credentials.put('acme', client('id', 'new'))
      assert.deepEqual(plain(await credentials.find('acme')), ['id', 'new', 'old'])

      await credentials.put('acme', client('another', 'secret'))
      assert.deepEqual(plain(await credentials.find('acme')), ['another', 'secret', undefined])
      assert.isTrue(await credentials.remove('acme'))
      assert.isFalse(await credentials.remove('acme'))
    })

    test('that were moved to another tenant or provider do not open', async ({ assert }) => {
      const { connect, store, credentials } = await setUp()
      await credentials.put('acme', client('id', 'secret'))
      await connect().from('oauth_tenant_credentials').update({ tenant: 'globex' })
      await assert.rejects(() => credentials.find('globex'), CredentialsUnreadable)

      await connect().from('oauth_tenant_credentials').update({ tenant: 'acme', provider: 'epic' })
      const others = new DatabaseCredentials({ provider: 'epic', store })
      await assert.rejects(() => others.find('acme'), CredentialsUnreadable)
    })
  })
}

test.group('Credentials of tenants from a service', () => {
  test('are asked for by name, normalised, and used again for a minute', async (context) => {
    const { assert } = context
    const server = await startHttpServer(context, (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ data: { app: 'acme-id', secret: 'acme-secret' } }))
    })
    const { credentials, clock } = serviceAt(context, {
      url: `${server.url}/tenants/{tenant}/credentials`,
      headers: { Authorization: new Secret('Bearer of-the-gateway') },
      path: ['data'],
      names: { clientId: 'app', clientSecret: 'secret' },
    })

    const both = await Promise.all([credentials.find('a/c me'), credentials.find('a/c me')])
    assert.deepEqual(both.map(plain), [
      ['acme-id', 'acme-secret', undefined],
      ['acme-id', 'acme-secret', undefined],
    ])
    await clock.advance(59_000)
    await credentials.find('a/c me')
    assert.lengthOf(server.requests, 1)
    assert.equal(server.requests[0].url, '/tenants/a%2Fc%20me/credentials')
    assert.equal(server.requests[0].headers.authorization, 'Bearer of-the-gateway')

    await clock.advance(2_000)
    await credentials.find('a/c me')
    assert.lengthOf(server.requests, 2)
  })

  test('may be of every kind, under its own names: {0}')
    .with([
      ['a client', { id: 'id', pass: 'canary' }, { clientId: 'id', clientSecret: canary }],
      [
        'a key',
        { id: 'id', private_key: 'canary', key_id: 'key-1' },
        { clientId: 'id', privateKey: canary, keyId: 'key-1' },
      ],
      ['an account', { username: 'ada', password: 'canary' }, KINDS.login],
      ['a token', { token: 'canary', expires_at: null }, KINDS.token],
      ['a token with an end', { token: 'canary', expires_at: '2027-01-31' }, KINDS.tokenWithEnd],
      ['its end in seconds', { token: 'canary', expires_at: 1_801_353_600 }, KINDS.tokenWithEnd],
    ] as [string, object, TenantCredentials][])
    .run(async (context, [, document, expected]) => {
      const server = await startHttpServer(context, (_, response) => {
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify({ data: { credentials: document } }))
      })
      const { credentials } = serviceAt(context, {
        url: `${server.url}/{tenant}`,
        path: ['data', 'credentials'],
        names: { clientId: 'id', clientSecret: 'pass' },
      })
      const found = await credentials.find('acme')
      context.assert.deepEqual(released(found), released(expected))
    })

  test('that it does not have are unknown; trouble there passes', async (context) => {
    const { assert } = context
    const answer = { status: 404, body: '' }
    const server = await startHttpServer(context, (_, response) => {
      response.writeHead(answer.status, { 'content-type': 'application/json' })
      response.end(answer.body)
    })
    const { credentials } = serviceAt(context, { url: `${server.url}/{tenant}` })
    await assert.rejects(() => credentials.find('acme'), UnknownTenant)

    for (const [status, body] of [
      [500, '{}'],
      [200, 'no json, but a-secret'],
      [200, '{"client_id":"id"}'],
      [200, '{"client_id":"id","client_secret":7}'],
      [200, '{"client_id":"","client_secret":"a-secret"}'],
      [200, '{"username":"ada"}'],
      [200, '{"token":"a-secret","expires_at":"soon"}'],
      [200, '{"token":"a-secret","expires_at":-1}'],
      [200, '["a-secret"]'],
    ] as const) {
      Object.assign(answer, { status, body })
      const error = await credentials.find('acme').catch((reason: unknown) => reason)
      assert.instanceOf(error, TokenRequestError)
      assert.equal((error as TokenRequestError).facts.verdict, 'transient')
      assert.notInclude(String((error as Error).stack), 'a-secret')
    }
    Object.assign(answer, { status: 200, body: '{"client_id":"id","client_secret":"s"}' })
    assert.deepEqual(plain(await credentials.find('acme')), ['id', 's', undefined])
  })
})

function serviceAt(
  { cleanup }: { cleanup: (task: () => void) => void },
  settings: ConstructorParameters<typeof HttpCredentials>[0]
) {
  const clock = new ManualClock()
  const http = new HttpClient({ connectTimeoutMs: 3_000, maxSockets: 8 })
  cleanup(() => http.destroy())
  return { clock, credentials: new HttpCredentials(settings, { http, clock }) }
}
