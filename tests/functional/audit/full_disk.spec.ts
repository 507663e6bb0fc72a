import db from '@adonisjs/lucid/services/db'
import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { checkChain } from '#audit/verification/chain_check'
import { type AuditEvent, RecordingUnavailable } from '#shared/event_recorder'
import { type AuditDatabase, auditDatabases } from '#tests/helpers/audit/audit_database'
import { testTrail } from '#tests/helpers/audit/test_trail'
import { auditRows, chainRows } from '#tests/helpers/audit_rows'
import { fullDatabase } from '#tests/helpers/full_database'
import { startGateway } from '#tests/helpers/gateway'

const EVENT: AuditEvent = { type: 'access.user.created', outcome: 'success', comment: 'why' }

/** More than fit into what is left of pages that are begun. */
const MANY = 200

interface Broken {
  mend(): Promise<void>
}

/** PostgreSQL refuses every write, as it does once an operator has made it read-only. */
async function readOnlyPostgres({ connect }: AuditDatabase): Promise<Broken> {
  await connect().rawQuery('SET default_transaction_read_only = on')
  return {
    async mend() {
      await connect().rawQuery('SET default_transaction_read_only = off')
    },
  }
}

const WAYS = {
  SQLite: {
    code: 'SQLITE_FULL',
    breaks: (context: TestContext, { connect }: AuditDatabase): Promise<Broken> =>
      fullDatabase(context, connect()),
  },
  PostgreSQL: {
    code: '25006',
    breaks: (_: TestContext, database: AuditDatabase): Promise<Broken> =>
      readOnlyPostgres(database),
  },
}

for (const { name, open } of auditDatabases) {
  const { code, breaks } = WAYS[name]

  test.group(`A trail that ${name} has no room for (${code})`, () => {
    test('D4 | is refused event by event, loses nothing, and goes on when there is room', async (context) => {
      const { assert } = context
      const database = await open()
      const { connect } = database
      const { trail, logs } = testTrail(connect)
      await trail.record(EVENT)
      const { mend } = await breaks(context, database)

      let acknowledged = 1
      for (let refused = 0, tries = 0; refused < 5; tries++) {
        assert.isBelow(tries, MANY)
        await trail.record(EVENT).then(
          () => (acknowledged += 1),
          (error) => {
            assert.instanceOf(error, RecordingUnavailable)
            assert.containSubset(error, { status: 503, retryable: true, retryAfterMs: 5_000 })
            refused += 1
          }
        )
      }
      await assert.rejects(
        () =>
          connect().transaction((trx) =>
            trail.record({ ...EVENT, comment: 'x'.repeat(6_000) }, trx)
          ),
        RecordingUnavailable
      )
      assert.lengthOf(await chainRows(connect()), acknowledged)
      assert.lengthOf(await connect().from('audit_personal_values'), acknowledged)

      await mend()
      await trail.record(EVENT)
      assert.containSubset(checkChain(await chainRows(connect())), {
        valid: true,
        count: acknowledged + 2,
      })
      const told = logs.map((line) => JSON.parse(line))
      assert.containSubset(told.slice(0, 1), [{ msg: 'Recording audit events fails', code }])
      assert.equal(told.at(-1).msg, 'Recording audit events works again')
    })

    test('D4 | no token is asked for; the one in hand is kept and used; it heals by itself', async (context) => {
      const { assert } = context
      const database = await open()
      const { trail: recorder, logs } = testTrail(database.connect)
      const gateway = await startGateway(context, { recorder })
      const { mend } = await breaks(context, database)
      while (logs.length === 0) await recorder.record(EVENT).catch(() => {})

      const refused = await gateway.send()
      assert.equal(refused.status, 503)
      assert.equal(refused.headers.get('retry-after'), '5')
      assert.containSubset(refused.body, { code: 'recording_unavailable', retryable: true })
      assert.include(String(refused.body.detail), 'The audit trail cannot be written')
      assert.lengthOf(gateway.sandbox.requests, 0)
      await mend()
      assert.equal((await gateway.send()).status, 201)

      const again = await breaks(context, database)
      while (logs.length < 3) await recorder.record(EVENT).catch(() => {})
      assert.equal((await gateway.send()).status, 201)
      const refresh = await gateway.call('admin', 'POST', '/api/oauth/refresh', {
        reason: 'a test',
      })
      assert.equal(refresh.status, 503)
      assert.lengthOf(gateway.tokenRequests(), 1)

      await again.mend()
      await gateway.tokens.clearToken()
      assert.equal((await gateway.send()).status, 201)
      assert.lengthOf(gateway.tokenRequests(), 2)
      assert.lengthOf(gateway.sandbox.messages, 3)
      const requested = await auditRows('auth.token.requested', database.connect())
      assert.lengthOf(requested, 2, 'every token request, and no other, stands in the trail')
    })
  })
}

test.group('A gateway whose whole SQLite database is full', () => {
  test('D4 | sends nothing that the ledger cannot hold, keeps the token, and heals by itself', async (context) => {
    const { assert } = context
    const gateway = await startGateway(context)
    const sms = { message: 'Hello' }
    assert.equal((await gateway.send(sms)).status, 201)
    const { mend } = await fullDatabase(context, db.connection())

    let sent = 1
    let answer = await gateway.send(sms)
    for (; answer.status === 201 && sent < MANY; sent++) answer = await gateway.send(sms)
    assert.equal(answer.status, 503, JSON.stringify(answer.body))
    assert.oneOf(answer.body.code, ['access_unavailable', 'ledger_unavailable'])
    assert.isTrue(answer.body.retryable)
    assert.equal(answer.headers.get('retry-after'), '5')
    assert.lengthOf(gateway.sandbox.messages, sent)

    await mend()
    assert.equal((await gateway.send(sms)).status, 201)
    assert.lengthOf(gateway.sandbox.messages, sent + 1)
    assert.lengthOf(gateway.tokenRequests(), 1, 'the token in hand was kept')
  })
})
