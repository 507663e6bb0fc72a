import { setTimeout } from 'node:timers/promises'
import { test } from '@japa/runner'
import { checkChain } from '#audit/verification/chain_check'
import { type AuditEvent, RecordingUnavailable } from '#shared/event_recorder'
import { auditDatabases, connectionTo } from '#tests/helpers/audit/audit_database'
import { testTrail } from '#tests/helpers/audit/test_trail'
import { chainRows } from '#tests/helpers/audit_rows'
import { eventually } from '#tests/helpers/eventually'
import { ManualClock } from '#tests/helpers/manual_clock'

const EVENT: AuditEvent = { type: 'access.user.created', outcome: 'success', comment: 'why' }
const QUERY_MS = 300

const postgres = auditDatabases.find(({ name }) => name === 'PostgreSQL')

/** A trail whose head somebody else keeps locked until `release`. */
async function lockedTrail(clock?: ManualClock) {
  const { connect, place } = await postgres!.open()
  if (place.dialect !== 'PostgreSQL') throw new Error('PostgreSQL is meant')
  const other = await connect().transaction()
  await other.rawQuery('SELECT * FROM audit_heads FOR UPDATE')

  const impatient = connectionTo({ ...place, queryTimeoutMs: QUERY_MS })
  return {
    connect,
    impatient,
    ...testTrail(impatient, clock),
    release: () => other.rollback(),
  }
}

test.group('Recording while somebody keeps PostgreSQL’s head locked', (group) => {
  group.tap((one) => one.skip(!postgres, 'no PostgreSQL'))

  test('D7 | is refused at the deadline of a query; nothing of it comes later', async ({
    assert,
  }) => {
    const { connect, trail, logs, release } = await lockedTrail()

    const begun = performance.now()
    await assert.rejects(() => trail.record(EVENT), RecordingUnavailable)
    assert.isBelow(performance.now() - begun, 10 * QUERY_MS)
    assert.lengthOf(logs, 1)

    await release()
    await trail.record({ ...EVENT, correlationId: 'after' })
    assert.containSubset(checkChain(await chainRows(connect())), { valid: true, count: 2 })
  })

  test('D7 | whoever waits behind it is refused with it, not a deadline later', async ({
    assert,
  }) => {
    const { connect, trail, release } = await lockedTrail()

    const begun = performance.now()
    const first = trail.record(EVENT)
    await setTimeout(QUERY_MS / 3)
    const answers = await Promise.allSettled([first, trail.record(EVENT), trail.record(EVENT)])
    assert.isBelow(performance.now() - begun, 1.9 * QUERY_MS)
    assert.isTrue(answers.every(({ status }) => status === 'rejected'))

    await release()
    assert.isEmpty(await chainRows(connect()))
  })

  test('D6 | a lock timeout is tried again', async ({ assert }) => {
    const clock = new ManualClock()
    const { connect, impatient, trail, logs, release } = await lockedTrail(clock)
    await impatient().rawQuery("SET lock_timeout = '20ms'")

    const recorded = trail.record(EVENT)
    await eventually(() => clock.pending === 1, 'the first try has failed')
    await release()
    await clock.advance(1_000)
    await recorded

    assert.isEmpty(logs)
    assert.containSubset(checkChain(await chainRows(connect())), { valid: true, count: 1 })
  })

  test('D7 | a process that was suspended in the middle loses its session, and holds up nobody', async ({
    assert,
  }) => {
    const { connect, place } = await postgres!.open()
    if (place.dialect !== 'PostgreSQL') throw new Error('PostgreSQL is meant')
    const { trail } = testTrail(connect)
    const suspended = await connectionTo({ ...place, stalledMs: 100 })().transaction()
    await suspended.rawQuery('SELECT * FROM audit_heads FOR UPDATE')

    await trail.record(EVENT)
    await assert.rejects(() => suspended.rawQuery('SELECT 1'))
    await suspended.rollback().catch(() => {})
    assert.containSubset(checkChain(await chainRows(connect())), { valid: true, count: 1 })
  })
})
