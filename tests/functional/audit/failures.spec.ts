import { test } from '@japa/runner'
import { checkChain } from '#audit/verification/chain_check'
import { type AuditEvent, RecordingUnavailable } from '#shared/event_recorder'
import { auditDatabases, connectionTo } from '#tests/helpers/audit/audit_database'
import { testTrail } from '#tests/helpers/audit/test_trail'
import { eventually } from '#tests/helpers/eventually'
import { chainRows } from '#tests/helpers/audit_rows'
import { ManualClock } from '#tests/helpers/manual_clock'

const EVENT: AuditEvent = {
  type: 'access.user.created',
  outcome: 'success',
  comment: 'A canary of a comment',
}

for (const { name, open } of auditDatabases) {
  test.group(`Recording while ${name} fails`, () => {
    test('nothing half written stays, and recording goes on afterwards', async ({ assert }) => {
      const { connect } = await open()
      const { trail, logs } = testTrail(connect)
      await trail.record(EVENT)

      // The event itself can be written, what belongs to it cannot.
      await connect().rawQuery('ALTER TABLE audit_personal_values RENAME TO hidden')
      await assert.rejects(() => trail.record(EVENT), RecordingUnavailable)
      await assert.rejects(() => trail.record(EVENT), RecordingUnavailable)
      await connect().rawQuery('ALTER TABLE hidden RENAME TO audit_personal_values')
      await trail.record(EVENT)

      const rows = await chainRows(connect())
      assert.containSubset(checkChain(rows), { valid: true, count: 3 })
      assert.lengthOf(await connect().from('audit_personal_values'), 2)
      const told = JSON.parse(rows.at(-1)!.body)
      assert.containSubset(told, { eventType: 'audit.recording.restored', count: 2 })
      assert.isNumber(told.durationMs)
      assert.deepEqual(
        logs.map((line) => JSON.parse(line).msg),
        ['Recording audit events fails', 'Recording audit events works again']
      )
      assert.notMatch(logs.join(), /canary|insert|audit_personal_values/i)
    })

    test('a chain without its head takes no event', async ({ assert }) => {
      const { connect } = await open()
      const { trail } = testTrail(connect)
      await connect().from('audit_heads').delete()

      await assert.rejects(() => trail.record(EVENT), RecordingUnavailable)

      assert.lengthOf(await chainRows(connect()), 0)
    })
  })
}

test.group('Recording in conflict with another writer', () => {
  test('is tried again when the SQLite file is busy', async ({ assert }) => {
    const { connect, place } = await auditDatabases[0].open()
    const clock = new ManualClock()
    const { trail } = testTrail(connect, clock)
    const other = connectionTo(place)
    await connect().rawQuery('PRAGMA busy_timeout = 0')
    await other().rawQuery('BEGIN IMMEDIATE')

    const recorded = trail.record(EVENT)
    await eventually(() => clock.pending === 1)
    await other().rawQuery('COMMIT')
    await clock.advance(1_000)
    await recorded

    assert.containSubset(checkChain(await chainRows(connect())), { valid: true, count: 1 })
  })

  test('is given up in the end', async ({ assert }) => {
    const { connect, place } = await auditDatabases[0].open()
    const clock = new ManualClock()
    const { trail, logs } = testTrail(connect, clock)
    const other = connectionTo(place)
    await connect().rawQuery('PRAGMA busy_timeout = 0')
    await other().rawQuery('BEGIN IMMEDIATE')

    let givenUp = false
    const recorded = assert
      .rejects(() => trail.record(EVENT), RecordingUnavailable)
      .then(() => (givenUp = true))
    await eventually(async () => {
      await clock.advance(1_000)
      return givenUp
    })
    await recorded
    await other().rawQuery('ROLLBACK')

    assert.equal(clock.pending, 0)
    assert.equal(JSON.parse(logs[0]).code, 'SQLITE_BUSY')
    assert.lengthOf(await chainRows(connect()), 0)
  })
})

test.group('Recording while PostgreSQL is gone', () => {
  test('a server that does not listen is an outage, told once', async ({ assert }) => {
    const url = 'postgres://nobody:canary@127.0.0.1:1/none'
    const connect = connectionTo({ dialect: 'PostgreSQL', url, schema: 'public' })
    const { trail, logs } = testTrail(connect)

    await assert.rejects(() => trail.record(EVENT), RecordingUnavailable)
    await assert.rejects(() => trail.record(EVENT), RecordingUnavailable)

    assert.lengthOf(logs, 1)
    assert.equal(JSON.parse(logs[0]).code, 'ECONNREFUSED')
    assert.notInclude(logs[0], 'canary')
  })

  const postgres = auditDatabases.find(({ name }) => name === 'PostgreSQL')

  test('a connection that is cut in the middle loses the event and nothing else', async ({
    assert,
  }) => {
    const { connect, place } = await postgres!.open()
    const { trail } = testTrail(connect)
    const admin = connectionTo(place)
    await trail.record(EVENT)

    const change = connect().transaction(async (trx) => {
      await trail.record(EVENT, trx)
      const { rows } = await trx.rawQuery('SELECT pg_backend_pid() AS pid')
      await admin().rawQuery('SELECT pg_terminate_backend(?)', [rows[0].pid])
      await assert.rejects(() => trail.record(EVENT, trx), RecordingUnavailable)
      throw new Error('Given up')
    })
    await assert.rejects(() => change)
    await trail.record(EVENT)

    assert.containSubset(checkChain(await chainRows(connect())), { valid: true, count: 3 })
  }).skip(!postgres, 'no PostgreSQL')
})
