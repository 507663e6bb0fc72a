import { test } from '@japa/runner'
import { AttemptSweep } from '#audit/recording/attempt_sweep'
import { auditDatabases } from '#tests/helpers/audit/audit_database'
import { killedAttempt } from '#tests/helpers/audit/other_processes'
import { testTrail } from '#tests/helpers/audit/test_trail'
import { eventually } from '#tests/helpers/eventually'
import { auditRows } from '#tests/helpers/audit_rows'
import { ManualClock } from '#tests/helpers/manual_clock'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'

const REQUESTED = { type: 'auth.token.requested', outcome: 'unknown' } as const

function sweepOn(connect: () => QueryClientContract, clock: ManualClock) {
  const { trail, ...parts } = testTrail(connect, clock)
  const settings = { clock, ageMs: 30_000, intervalMs: 30_000 }
  return { trail, ...parts, sweep: new AttemptSweep({ ...parts, ...settings, recorder: trail }) }
}

for (const { name, open } of auditDatabases) {
  test.group(`Attempts without an outcome on ${name}`, () => {
    test('an attempt whose process was killed gets its unknown outcome once', async ({
      assert,
    }) => {
      const { connect, place } = await open()
      await killedAttempt(place, 'attempt-1')
      const clock = new ManualClock(Date.now())
      const here = sweepOn(connect, clock)
      const elsewhere = sweepOn(connect, clock)
      await here.sweep.settle()
      await elsewhere.sweep.settle()
      await clock.advance(30_000)

      const settled = await Promise.all([here.sweep.settle(), elsewhere.sweep.settle()])
      await here.sweep.settle()

      assert.sameMembers(settled, [0, 1])
      const unknown = await auditRows('auth.token.outcome_unknown', connect())
      assert.lengthOf(unknown, 1)
      assert.containSubset(unknown[0].body, {
        outcome: 'unknown',
        attemptId: 'attempt-1',
        correlationId: 'request-1',
        actorType: 'system',
        actorId: 'attempt-sweep',
        targetType: 'oauth_client',
        targetId: 'orange',
      })
    })

    test('attempts that have an outcome or are young are left alone', async ({ assert }) => {
      const { connect } = await open()
      const clock = new ManualClock()
      const { trail, sweep } = sweepOn(connect, clock)
      await trail.record({ ...REQUESTED, attemptId: 'generated' })
      await trail.record({
        type: 'auth.token.generated',
        outcome: 'success',
        attemptId: 'generated',
      })
      await trail.record({ ...REQUESTED })
      await sweep.settle()
      await clock.advance(1_000)
      await trail.record({ ...REQUESTED, attemptId: 'young' })

      await clock.advance(29_000)
      assert.equal(await sweep.settle(), 0)
      await clock.advance(29_999)
      assert.equal(await sweep.settle(), 0)

      await clock.advance(1)
      assert.equal(await sweep.settle(), 1)
      const [unknown] = await auditRows('auth.token.outcome_unknown', connect())
      assert.equal(unknown.body.attemptId, 'young')
    })

    test('a clock that is ahead, or jumps, settles no attempt that is under way elsewhere', async ({
      assert,
    }) => {
      const { connect } = await open()
      const elsewhere = testTrail(connect, new ManualClock())
      const clock = new ManualClock(Date.UTC(2027, 0, 1))
      const { sweep } = sweepOn(connect, clock)
      await sweep.settle()
      await elsewhere.trail.record({ ...REQUESTED, attemptId: 'under way' })

      clock.jump(60 * 60_000)
      assert.equal(await sweep.settle(), 0)
      await clock.advance(30_000)
      assert.equal(await sweep.settle(), 0)
    })

    test('more attempts than one page are settled in one go', async ({ assert }) => {
      const { connect } = await open()
      const clock = new ManualClock()
      const { trail, sweep } = sweepOn(connect, clock)
      for (let number = 1; number <= 101; number++) {
        await trail.record({ ...REQUESTED, attemptId: `attempt-${number}` })
      }
      await sweep.settle()
      await clock.advance(30_000)

      assert.equal(await sweep.settle(), 101)
      assert.equal(await sweep.settle(), 0)
    })
  })
}

test.group('The sweep in the background', () => {
  test('looks at once and sweeps every interval, until it is stopped', async ({ assert }) => {
    const { connect } = await auditDatabases[0].open()
    const clock = new ManualClock()
    const { trail, sweep } = sweepOn(connect, clock)
    const settled = async () => {
      const unknown = await auditRows('auth.token.outcome_unknown', connect())
      return unknown.map(({ body }) => body.attemptId)
    }
    await trail.record({ ...REQUESTED, attemptId: 'from before' })

    sweep.start()
    await eventually(() => clock.pending === 1)
    assert.deepEqual(await settled(), [])

    await trail.record({ ...REQUESTED, attemptId: 'from now' })
    await clock.advance(30_000)
    await eventually(() => clock.pending === 1)
    assert.deepEqual(await settled(), ['from before'])

    await clock.advance(30_000)
    await eventually(() => clock.pending === 1)
    assert.deepEqual(await settled(), ['from before', 'from now'])

    await sweep.stop()
    assert.equal(clock.pending, 0)
  })

  test('outlives an outage and tells of it once', async ({ assert }) => {
    const { connect } = await auditDatabases[0].open()
    const clock = new ManualClock()
    const { trail, sweep, logs } = sweepOn(connect, clock)
    await trail.record({ ...REQUESTED, attemptId: 'attempt-1' })
    await connect().rawQuery('ALTER TABLE audit_events RENAME TO hidden')

    sweep.start()
    for (let sweeps = 1; sweeps <= 2; sweeps++) {
      await eventually(() => clock.pending === 1)
      await clock.advance(30_000)
    }
    await eventually(() => clock.pending === 1)
    await connect().rawQuery('ALTER TABLE hidden RENAME TO audit_events')
    for (let sweeps = 1; sweeps <= 2; sweeps++) {
      await clock.advance(30_000)
      await eventually(() => clock.pending === 1)
    }
    await sweep.stop()

    assert.lengthOf(await auditRows('auth.token.outcome_unknown', connect()), 1)
    assert.deepEqual(
      logs.map((line) => JSON.parse(line).msg),
      ['Settling token requests fails', 'Settling token requests works again']
    )
  })
})
