import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { JwtCallers } from '#access/jwt/jwt_callers'
import { Refusals } from '#access/refusals'
import { Erasure } from '#audit/retention/erasure'
import { eventView } from '#audit/search/event_view'
import { EventStore } from '#audit/stores/event_store'
import { ChainStore } from '#audit/stores/chain_store'
import { PersonalValueStore } from '#audit/stores/personal_value_store'
import { ChainVerifier } from '#audit/verification/chain_verifier'
import { PurgeStore } from '#audit/stores/purge_store'
import { auditDatabases, type AuditDatabase } from '#tests/helpers/audit/audit_database'
import { readNdjson } from '#tests/helpers/audit/export_check'
import { testExport } from '#tests/helpers/audit/test_export'
import { testKeys, testTrail } from '#tests/helpers/audit/test_trail'
import { auditRows } from '#tests/helpers/audit_rows'
import { captureLogs } from '#tests/helpers/captured_logs'
import { callApi, startGateway } from '#tests/helpers/gateway'
import { jwtCallers, startIssuer } from '#tests/helpers/issuer'
import { createUser } from '#tests/helpers/users'

const ADA = 'ada.lovelace@example.test'

/** A gateway on a trail of this test's own, whose administrators come with JWTs. */
async function recordedGateway(context: TestContext, { connect }: AuditDatabase) {
  const { trail: recorder, store, logger } = testTrail(connect)
  const logs = await captureLogs(context)
  const gateway = await startGateway(context, { recorder })
  const issuer = await startIssuer(context)
  const account = await createUser('admin')
  const entry = issuer.trusted(account.email, { abilities: { oauth: ['oauth:manage'] } })

  context.swap(JwtCallers, jwtCallers(context, issuer, entry))
  context.swap(Refusals, new Refusals({ recorder, logger, clock: issuer.clock }))

  const refresh = (bearer: string) =>
    callApi('POST', '/api/oauth/refresh', { bearer, body: { reason: 'leaked' } })
  return { gateway, recorder, store, logs, issuer, account, refresh }
}

function verify({ connect }: AuditDatabase) {
  return new ChainVerifier({ store: new ChainStore(connect, 'main'), keys: testKeys }).verify()
}

for (const { name, open } of auditDatabases) {
  test.group(`Callers with a JWT in the trail on ${name}`, () => {
    test('are named by account, issuer and subject in every event that they cause', async (context) => {
      const { assert } = context
      const database = await open()
      const { issuer, account, refresh } = await recordedGateway(context, database)

      const answer = await refresh(await issuer.sign({ scope: 'oauth', sub: ADA }))
      assert.equal(answer.status, 200, JSON.stringify(answer.body))

      const events = await auditRows('auth.token.', database.connect())
      const correlationId = answer.headers.get('x-request-id')
      const caused = events.filter(({ body }) => body.correlationId === correlationId)
      assert.isAbove(caused.length, 2)
      for (const { body, personal } of caused) {
        const { actorType, actorId, actorRole, actorIssuer } = body
        assert.deepEqual(
          { actorType, actorId, actorRole, actorIssuer },
          {
            actorType: 'user',
            actorId: String(account.id),
            actorRole: 'admin',
            actorIssuer: issuer.name,
          }
        )
        assert.equal(personal.actorSubject, ADA)
        assert.notInclude(JSON.stringify(body), ADA)
      }
      assert.containSubset(await verify(database), { valid: true, erased: 0 })

      const { bytes } = testExport(database.connect)
      const exported = readNdjson(await bytes())
      const line = exported.events.find(({ seq }) => seq === caused[0].seq)!
      assert.equal(line.personal!.actorSubject.value, ADA)
      const csv = (await bytes({ format: 'csv' })).toString()
      assert.match(csv, new RegExp(`,admin,${issuer.name},.*,127\\.0\\.0\\.1,${ADA},leaked,`))
    })

    test('can be erased; account and issuer stay, and so does the proof', async (context) => {
      const { assert } = context
      const database = await open()
      const { connect } = database
      const { issuer, account, recorder, store, refresh } = await recordedGateway(context, database)
      await refresh(await issuer.sign({ scope: 'oauth', sub: ADA }))

      const erasure = new Erasure({
        store,
        events: new PurgeStore(connect, 'main'),
        values: new PersonalValueStore(connect),
        recorder,
      })
      const actor = { type: 'system', id: 'os:root' } as const
      await erasure.run({ selector: { actor: String(account.id) }, actor, reason: 'asked for' })

      const rows = await connect().from('audit_events').where('actor_id', String(account.id))
      assert.isNotEmpty(rows)
      for (const row of rows) {
        const values = await new EventStore(connect).personalValues([row.event_id])
        const view = eventView(row, values)
        assert.equal(view.actorIssuer, issuer.name)
        assert.include(view.erased!, 'actorSubject')
        assert.notInclude(JSON.stringify(view), ADA)
      }
      assert.containSubset(await verify(database), { valid: true })
    })

    test('leave nothing of their tokens, admitted or not', async (context) => {
      const { assert } = context
      const database = await open()
      const { gateway, issuer, logs, refresh } = await recordedGateway(context, database)
      const tokens = [
        await issuer.sign({ scope: 'oauth' }),
        await issuer.sign({ scope: 'other' }),
        await issuer.sign({}, { until: -600 }),
        await issuer.sign({ iss: 'https://evil.example.test' }),
        await issuer.sign({}, { header: { kid: 'key-9' } }),
      ]

      const statuses = await Promise.all(tokens.map(refresh))
      assert.deepEqual(
        statuses.map(({ status }) => status),
        [200, 403, 401, 401, 401]
      )
      await gateway.send()

      const reasons = (await auditRows('auth.access.denied', database.connect())).map(
        ({ body }) => body.reasonCode
      )
      assert.sameMembers(reasons, [
        'ability_missing',
        'jwt_expired',
        'jwt_untrusted_issuer',
        'jwt_unknown_key',
      ])
      const kept = JSON.stringify([
        await database.connect().from('audit_events').select('*'),
        await database.connect().from('audit_personal_values').select('*'),
        logs,
      ])
      for (const piece of tokens.flatMap((token) => token.split('.'))) {
        assert.notInclude(kept, piece)
      }
      assert.notInclude(kept, 'evil')
    })
  })
}
