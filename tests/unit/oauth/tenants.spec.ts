import { text } from 'node:stream/consumers'
import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import { ConfigCredentials } from '#oauth/credentials/config'
import { defineConfig, grants, stores } from '#oauth/define_config'
import { TenantDisabled, TokenUnavailable, UnknownTenant } from '#oauth/errors'
import { OAuthManager } from '#oauth/oauth_manager'
import { HttpClient } from '#shared/http_client'
import { KeyedDigest } from '#shared/keyed_digest'
import { eventually } from '#tests/helpers/eventually'
import { ManualClock } from '#tests/helpers/manual_clock'
import { RecordingEventRecorder } from '#tests/helpers/recording_event_recorder'
import { startHttpServer } from '#tests/unit/shared/http_server'

const HOUR = 60 * 60_000

/** A provider with many tenants, of which some have bad secrets or get no answers. */
async function setUp(
  context: TestContext,
  tenants: Record<string, { secret?: string; other?: string }>
) {
  const endpoint = { accepts: 'good', slow: new Set<string>(), asked: new Map<string, number>() }
  const held: (() => void)[] = []
  const server = await startHttpServer(context, async (request, response) => {
    const form = new URLSearchParams(await text(request))
    const client = form.get('client_id')!
    const asked = (endpoint.asked.get(client) ?? 0) + 1
    endpoint.asked.set(client, asked)
    const answer = () => {
      const good = form.get('client_secret') === endpoint.accepts
      response.writeHead(good ? 200 : 401, { 'content-type': 'application/json' })
      response.end(
        JSON.stringify(
          good
            ? { access_token: `${client}-${asked}`, token_type: 'Bearer', expires_in: 3600 }
            : { error: 'invalid_client' }
        )
      )
    }
    if (endpoint.slow.has(client)) held.push(answer)
    else answer()
  })

  const clock = new ManualClock()
  const recorder = new RecordingEventRecorder()
  const http = new HttpClient({ connectTimeoutMs: 3_000, maxSockets: 32 })
  const client = (clientId: string, secret: string, other?: string) => ({
    clientId,
    clientSecret: new Secret(secret),
    ...(other ? { otherClientSecret: new Secret(other) } : {}),
  })
  const all = Object.entries(tenants).map(([name, { secret = 'good', other }]) => [
    name,
    client(name, secret, other),
  ])
  const manager = new OAuthManager({
    config: defineConfig({
      default: 'one',
      store: stores.memory,
      providers: {
        one: {
          grant: grants.clientCredentials(),
          credentials: new ConfigCredentials(client('own', 'good'), Object.fromEntries(all)),
          endpoint: { url: server.url, clientAuthentication: 'post' },
        },
      },
    }),
    http,
    recorder,
    clock,
    random: () => 0,
    fingerprints: new KeyedDigest(new Secret('a key of tests, 32 characters or'), 'tests'),
    report: () => {},
  })
  await manager.start()
  context.cleanup(async () => {
    for (const answer of held.splice(0)) answer()
    await manager.close()
    http.destroy()
  })
  const bearer = async (tenant: string, subject?: string) => {
    const token = await manager.use('one', { tenant, subject }).getAccessToken()
    return token.authorization.release()
  }
  const requests = () => server.requests.length
  return { endpoint, clock, recorder, manager, held, bearer, requests }
}

test.group('Tenants', () => {
  test('have tokens of their own clients, and events that name them', async (context) => {
    const { assert } = context
    const { bearer, recorder } = await setUp(context, { acme: {}, globex: {} })
    assert.equal(await bearer('acme'), 'Bearer acme-1')
    assert.equal(await bearer('globex'), 'Bearer globex-1')
    assert.deepEqual(
      recorder.events.map(({ type, tenant }) => `${type} ${tenant}`),
      [
        'auth.token.requested acme',
        'auth.token.generated acme',
        'auth.token.requested globex',
        'auth.token.generated globex',
      ]
    )
  })

  test('without credentials are unknown, and that is recorded', async (context) => {
    const { assert } = context
    const { bearer, recorder, requests } = await setUp(context, {})
    await assert.rejects(() => bearer('nobody'), UnknownTenant)
    assert.equal(recorder.events.at(-1)!.reasonCode, 'unknown_tenant')
    assert.equal(requests(), 0)
  })

  test('10,000 people under one bad secret cost one request', async (context) => {
    const { assert } = context
    const { bearer, requests } = await setUp(context, { acme: { secret: 'bad' } })
    const asking = Array.from({ length: 10_000 }, (_, at) => bearer('acme', `person-${at}`))
    const results = await Promise.allSettled(asking)
    assert.lengthOf(
      results.filter((one) => one.status === 'rejected' && one.reason instanceof TokenUnavailable),
      10_000
    )
    assert.equal(requests(), 1)
  })

  test('that get no answers slow nobody else, and hold few connections', async (context) => {
    const { assert } = context
    const { endpoint, bearer, held } = await setUp(context, { slow: {}, quick: {} })
    await bearer('slow', 'first')
    endpoint.slow.add('slow')
    const waiting = Array.from({ length: 100 }, (_, at) =>
      bearer('slow', `person-${at}`).catch(() => {})
    )
    await eventually(() => held.length > 0, 'the slow tenant asks')

    assert.equal(await bearer('quick'), 'Bearer quick-1')
    assert.isAtMost(held.length, 4)
    endpoint.slow.clear()
    for (const answer of held.splice(0)) answer()
    await Promise.all(waiting)
  })

  test('go on with the other secret while one is being replaced', async (context) => {
    const { assert } = context
    const { endpoint, bearer, manager, requests } = await setUp(context, {
      acme: { secret: 'next', other: 'good' },
    })
    assert.equal(await bearer('acme'), 'Bearer acme-2')
    await manager.use('one', { tenant: 'acme' }).refreshToken()
    assert.equal(requests(), 3, 'the one that worked is tried first')

    endpoint.accepts = 'next'
    await manager.use('one', { tenant: 'acme' }).refreshToken()
    assert.equal(await bearer('acme'), 'Bearer acme-5')
  })

  test('that are switched off get nothing, not even by force, until they are on again', async (context) => {
    const { assert } = context
    const { bearer, manager, recorder, requests } = await setUp(context, { acme: {}, globex: {} })
    await bearer('acme')
    await manager.disable('one', 'acme', { comment: 'a leak' })

    await assert.rejects(() => bearer('acme'), TenantDisabled)
    await assert.rejects(() => bearer('acme', 'somebody'), TenantDisabled)
    await assert.rejects(
      () => manager.use('one', { tenant: 'acme' }).refreshToken(),
      TenantDisabled
    )
    assert.equal(requests(), 1)
    assert.equal(await bearer('globex'), 'Bearer globex-1')
    assert.equal(recorder.events.find(({ type }) => type.includes('tenant'))!.tenant, 'acme')

    await manager.enable('one', 'acme', {})
    assert.equal(await bearer('acme'), 'Bearer acme-2')
  })

  test('that nobody uses are let go of, and asked for again when somebody does', async (context) => {
    const { assert } = context
    const { clock, bearer, manager } = await setUp(context, { acme: {}, globex: {} })
    await bearer('acme')
    const service = manager.use('one', { tenant: 'acme' })
    await clock.advance(HOUR / 2)
    assert.strictEqual(manager.use('one', { tenant: 'acme' }), service)

    await clock.advance(HOUR)
    assert.notStrictEqual(manager.use('one', { tenant: 'acme' }), service)
    assert.match(await bearer('acme'), /^Bearer acme-/)
  })

  test("the provider's own token stays, however long nobody uses it", async (context) => {
    const { clock, manager } = await setUp(context, {})
    const service = manager.use()
    await clock.advance(24 * HOUR)
    context.assert.strictEqual(manager.use(), service)
  })
})
