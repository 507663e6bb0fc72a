import { test } from '@japa/runner'
import { PurgeSchedule } from '#audit/retention/purge_schedule'
import { auditDatabases } from '#tests/helpers/audit/audit_database'
import { DAY, oldTrail } from '#tests/helpers/audit/old_trail'
import { chainRows } from '#tests/helpers/audit_rows'
import { eventually } from '#tests/helpers/eventually'

const HOUR = 60 * 60 * 1_000

async function scheduled(days: number, old: number, checkpoints: number[]) {
  const trail = await oldTrail(await auditDatabases[0].open(), { days, old, checkpoints })
  const { purge, clock, logger } = trail
  const settings = { firstAfterMs: HOUR, intervalMs: DAY }
  const schedule = new PurgeSchedule({ purge, clock, logger, ...settings })

  /** Lets time pass, and the purge that it brings about end. */
  const pass = async (ms: number) => {
    await clock.advance(ms)
    await eventually(() => clock.pending === 1, 'the next purge is planned')
  }
  const firstSeq = async () => (await chainRows(trail.connect()))[0].seq
  return { ...trail, schedule, pass, firstSeq }
}

test.group('The retention rule in the background', () => {
  test('is applied an hour after the start, and every day from then on', async ({ assert }) => {
    const { schedule, pass, clock, firstSeq, logs } = await scheduled(9, 3, [3, 4, 5])

    schedule.start()
    await pass(HOUR - 1)
    assert.equal(await firstSeq(), 1)
    await pass(1)
    assert.equal(await firstSeq(), 5)
    await pass(DAY)
    assert.equal(await firstSeq(), 6)
    await schedule.stop()

    assert.equal(clock.pending, 0)
    const [first] = logs.map((line) => JSON.parse(line))
    assert.containSubset(first, { msg: 'Old audit events were purged', firstSeq: 1, lastSeq: 4 })
  })

  test('outlives an outage and tells of it once', async ({ assert }) => {
    const { schedule, pass, connect, trail, firstSeq, logs } = await scheduled(9, 3, [3])
    await connect().rawQuery('ALTER TABLE audit_holds RENAME TO hidden')

    schedule.start()
    await pass(HOUR)
    await trail.record({ type: 'audit.verified', outcome: 'success' })
    await pass(DAY)
    await connect().rawQuery('ALTER TABLE hidden RENAME TO audit_holds')
    await pass(DAY)
    await schedule.stop()

    assert.equal(await firstSeq(), 4)
    assert.deepEqual(
      logs.map((line) => JSON.parse(line).msg),
      [
        'Purging audit events fails',
        'Purging audit events works again',
        'Old audit events were purged',
      ]
    )
  })

  test('is not applied by a clock that jumped ahead', async ({ assert }) => {
    const { schedule, pass, clock, firstSeq, logs } = await scheduled(9, 3, [3])
    clock.jump(3_650 * DAY)

    schedule.start()
    await pass(HOUR)
    await pass(DAY)
    await schedule.stop()

    assert.equal(await firstSeq(), 1)
    const lines = logs.map((line) => JSON.parse(line))
    assert.containSubset(lines, [{ msg: 'Purging audit events fails', code: 'clock_implausible' }])
    assert.lengthOf(lines, 1)
  })
})
