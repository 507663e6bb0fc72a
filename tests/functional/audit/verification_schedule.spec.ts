import { test } from '@japa/runner'
import { ChainStore } from '#audit/stores/chain_store'
import { ChainVerifier } from '#audit/verification/chain_verifier'
import { VerificationSchedule } from '#audit/verification/verification_schedule'
import { VerifyTrail } from '#audit/verification/verify_trail'
import { auditDatabases } from '#tests/helpers/audit/audit_database'
import { testKeys, testTrail } from '#tests/helpers/audit/test_trail'
import { withoutGuards } from '#tests/helpers/audit/without_guards'
import { auditRows } from '#tests/helpers/audit_rows'
import { eventually } from '#tests/helpers/eventually'
import { ManualClock } from '#tests/helpers/manual_clock'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

async function scheduled() {
  const { connect } = await auditDatabases[0].open()
  const clock = new ManualClock()
  const { trail, logger, logs } = testTrail(connect)
  for (let number = 1; number <= 3; number++) {
    await trail.record({ type: 'auth.access.denied', outcome: 'failure' })
  }

  const verifier = new ChainVerifier({ store: new ChainStore(connect, 'main'), keys: testKeys })
  const verification = new VerifyTrail({ verifier, recorder: trail, logger })
  const times = { firstAfterMs: 5 * MINUTE, intervalMs: DAY, pauseMs: 50 }
  const schedule = new VerificationSchedule({ verification, clock, logger, ...times })

  /** The rest after the only page has to pass before the next verification is planned. */
  const pass = async (ms: number) => {
    await clock.advance(ms)
    await eventually(() => clock.pending === 1, 'the verification rests, or is planned')
    await clock.advance(50)
    await eventually(() => clock.pending === 1, 'the next verification is planned')
  }
  const types = async () => (await auditRows('audit.', connect())).map(({ body }) => body.eventType)
  const messages = () => logs.map((line) => JSON.parse(line))
  return { connect, clock, schedule, pass, types, messages }
}

test.group('Verification in the background', () => {
  test('comes some minutes after the start, and every day from then on', async ({ assert }) => {
    const { clock, schedule, pass, types, messages, connect } = await scheduled()
    schedule.start()

    await clock.advance(5 * MINUTE - 1)
    assert.deepEqual(await types(), [])
    await pass(1)
    assert.deepEqual(await types(), ['audit.verified'])
    await pass(DAY)
    assert.deepEqual(await types(), ['audit.verified', 'audit.verified'])
    await schedule.stop()

    assert.equal(clock.pending, 0)
    assert.isEmpty(messages())
    const [{ body }] = await auditRows('audit.verified', connect())
    assert.equal(body.actorId, 'verification-schedule')
  })

  test('raises the alarm, and goes on', async ({ assert }) => {
    const { connect, schedule, pass, types, messages } = await scheduled()
    await withoutGuards(connect, () =>
      connect().from('audit_events').where('seq', 2).update({ severity: 'low' })
    )

    schedule.start()
    await pass(5 * MINUTE)
    await pass(DAY)
    await schedule.stop()

    assert.deepEqual(await types(), ['audit.tamper_detected', 'audit.tamper_detected'])
    assert.containSubset(messages()[0], { level: 60, firstBadSeq: 2, recorded: true })
  })

  test('outlives an outage and tells of it once', async ({ assert }) => {
    const { connect, schedule, pass, types, messages } = await scheduled()
    await connect().rawQuery('ALTER TABLE audit_purges RENAME TO hidden')

    schedule.start()
    await pass(5 * MINUTE)
    await pass(DAY)
    await connect().rawQuery('ALTER TABLE hidden RENAME TO audit_purges')
    await pass(DAY)
    await schedule.stop()

    assert.deepEqual(await types(), ['audit.verified'])
    assert.deepEqual(
      messages().map(({ msg }) => msg),
      ['Verifying the audit trail fails', 'Verifying the audit trail works again']
    )
  })

  test('ends in the middle when the process does', async ({ assert }) => {
    const { clock, schedule, types, messages } = await scheduled()
    schedule.start()
    await clock.advance(5 * MINUTE)
    await eventually(() => clock.pending === 1, 'the verification rests')
    await schedule.stop()

    assert.equal(clock.pending, 0)
    assert.deepEqual(await types(), [])
    assert.isEmpty(messages())
  })
})
