import { Secret } from '@adonisjs/core/helpers'
import db from '@adonisjs/lucid/services/db'
import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { EventSearch } from '#audit/search/event_search'
import { ReadEvents } from '#audit/search/read_events'
import { EventStore } from '#audit/stores/event_store'
import { checkChain } from '#audit/verification/chain_check'
import { KeyedDigest } from '#shared/keyed_digest'
import { auditDatabases, type AuditDatabase } from '#tests/helpers/audit/audit_database'
import { heardStatements } from '#tests/helpers/audit/heard_statements'
import { testTrail } from '#tests/helpers/audit/test_trail'
import { auditRows, chainRows } from '#tests/helpers/audit_rows'
import { eventually } from '#tests/helpers/eventually'
import { callApi, startGateway, type Gateway } from '#tests/helpers/gateway'
import { ManualClock } from '#tests/helpers/manual_clock'
import { bearer } from '#tests/helpers/users'

const START = Date.UTC(2026, 0, 1)
const TOOK_MS = 1_500
const REASON = 'Orange reported a leaked token'
const REFRESH = ['admin', 'POST', '/api/oauth/refresh', { reason: REASON }] as const

/** The API on a trail of this test's own, from the sends to what reviewers read. */
async function recordedGateway(context: TestContext, { connect }: AuditDatabase) {
  const clock = new ManualClock(START)
  const { trail: recorder } = testTrail(connect, clock)
  const store = new EventStore(connect)
  const search = new EventSearch({ store, clock })
  context.swap(ReadEvents, new ReadEvents({ search, store, recorder }))

  const gateway = await startGateway(context, { clock, recorder })
  return { ...gateway, clock }
}

/** A forced refresh for which Orange takes its time. */
async function slowRefresh({ clock, ...gateway }: Gateway & { clock: ManualClock }) {
  const before = gateway.tokenRequests().length
  gateway.sandbox.fault({ on: 'token', kind: 'delay', delayMs: 200 })

  const refreshing = gateway.call(...REFRESH)
  await eventually(() => gateway.tokenRequests().length > before, 'the token is asked for')
  await clock.advance(TOOK_MS)
  return refreshing
}

/** Fingerprint of the token in hand, worked out from its text. */
async function fingerprintInHand({ tokens }: Gateway): Promise<string> {
  const digest = new KeyedDigest(new Secret('tests'.repeat(8)), 'token-fingerprints')
  const { record } = await tokens.getAccessToken()
  return digest.of(record.accessToken.release())
}

async function reviewed(query: string): Promise<Record<string, unknown>[]> {
  const { body } = await callApi('GET', `/api/audit/events?${query}`, {
    bearer: await bearer('reviewer'),
  })
  return body.data as unknown as Record<string, unknown>[]
}

for (const { name, open } of auditDatabases) {
  test.group(`A forced refresh in the trail on ${name}`, () => {
    test('tells who, from where, why, which token for which, when asked and when done', async (context) => {
      const { assert } = context
      const database = await open()
      const gateway = await recordedGateway(context, database)
      await gateway.send()
      const old = await fingerprintInHand(gateway)

      const answer = await slowRefresh(gateway)
      assert.equal(answer.status, 200)

      const renewed = await fingerprintInHand(gateway)
      assert.notEqual(old, renewed)
      const correlationId = answer.headers.get('x-request-id')
      assert.exists(correlationId)
      const stored = (await auditRows('auth.token.', database.connect())).slice(2)
      const who = { actorType: 'user', actorId: String(gateway.admin.id), actorRole: 'admin' }
      const asked = { occurredAt: new Date(START).toISOString() }
      const done = { occurredAt: new Date(START + TOOK_MS).toISOString(), outcome: 'success' }
      const tokens = { tokenFingerprint: renewed, previousTokenFingerprint: old }
      const expected = [
        { eventType: 'auth.token.refresh_requested', ...asked },
        { eventType: 'auth.token.requested', ...asked, reasonCode: 'forced' },
        { eventType: 'auth.token.refreshed', ...done, ...tokens, durationMs: TOOK_MS },
        { eventType: 'auth.token.force_refreshed', ...done, ...tokens },
      ].map((event) => ({ ...event, ...who, correlationId, targetId: 'orange' }))
      assert.containSubset(
        stored.map(({ body }) => body),
        expected
      )
      assert.lengthOf(stored, expected.length)

      const personal = { sourceIp: '127.0.0.1', comment: REASON }
      for (const event of stored) assert.deepEqual(event.personal, personal)

      const seen = await reviewed(`correlationId=${correlationId}&sort=seq`)
      assert.deepEqual(
        seen,
        stored.map(({ seq, fingerprint, prevFingerprint, body }) => ({
          ...{ ...body, seq, fingerprint, prevFingerprint },
          ...personal,
        }))
      )
      assert.isTrue(checkChain(await chainRows(database.connect())).valid)
    })

    test('that fails names the token that stays, and no other', async (context) => {
      const { assert } = context
      const database = await open()
      const gateway = await recordedGateway(context, database)
      await gateway.send()
      gateway.sandbox.fault({ on: 'token', kind: 'answer', status: 500 })

      const answer = await gateway.call(...REFRESH)
      assert.isAtLeast(answer.status, 500)

      const [event] = await auditRows('auth.token.force_refreshed', database.connect())
      assert.containSubset(event.body, {
        outcome: 'failure',
        actorId: String(gateway.admin.id),
        previousTokenFingerprint: await fingerprintInHand(gateway),
      })
      assert.notProperty(event.body, 'tokenFingerprint')
      assert.equal(event.personal.comment, REASON)
    })

    test('is not hidden among reads of the cached token: those write and ask nothing', async (context) => {
      const { assert } = context
      const database = await open()
      const { connect } = database
      const gateway = await recordedGateway(context, database)
      await gateway.send()
      await gateway.call(...REFRESH)
      const events = await auditRows('', connect())
      const statements = heardStatements(context, db.connection(), connect())

      const first = await gateway.tokens.getAccessToken()
      for (let reads = 1; reads < 1_000; reads++) {
        assert.equal(await gateway.tokens.getAccessToken(), first)
      }
      assert.deepEqual(statements, [])

      assert.equal((await gateway.send()).status, 201)
      assert.isNotEmpty(statements, 'a send is heard')
      assert.notInclude(statements.join('\n'), 'audit_')
      assert.deepEqual(await auditRows('', connect()), events)
      assert.lengthOf(gateway.tokenRequests(), 2)
    })
  })
}
