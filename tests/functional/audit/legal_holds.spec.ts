import { test } from '@japa/runner'
import { LegalHolds } from '#audit/retention/legal_holds'
import { AuditStore } from '#audit/stores/audit_store'
import { HoldStore } from '#audit/stores/hold_store'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import { auditDatabases } from '#tests/helpers/audit/audit_database'
import { DAY, LONG_AGO, oldTrail } from '#tests/helpers/audit/old_trail'
import { testTrail } from '#tests/helpers/audit/test_trail'
import { auditRows } from '#tests/helpers/audit_rows'
import { RecordingEventRecorder } from '#tests/helpers/recording_event_recorder'
import { systemClock, type Clock } from '#shared/clock'
import { type EventRecorder, RecordingUnavailable } from '#shared/event_recorder'

const REVIEWER = { type: 'user', id: '7', role: 'reviewer' } as const
const REQUEST = { actor: REVIEWER, reason: 'a lawsuit', correlationId: 'request-1' }

function holdsOn(
  connect: () => QueryClientContract,
  { clock = systemClock, recorder }: { clock?: Clock; recorder?: EventRecorder } = {}
) {
  return new LegalHolds({
    store: new AuditStore(connect, 'main'),
    holds: new HoldStore(connect),
    recorder: recorder ?? testTrail(connect, clock).trail,
    clock,
  })
}

/** The first instant of a day of an {@link oldTrail}. */
const day = (number: number) => new Date(LONG_AGO + (number - 1) * DAY).toISOString()

for (const { name, open } of auditDatabases) {
  test.group(`Legal holds on ${name}`, () => {
    test('are placed and released together with their events', async ({ assert }) => {
      const { connect } = await open()
      const holds = holdsOn(connect)

      const hold = await holds.place({ from: day(1), to: day(9) }, REQUEST)
      await holds.release(hold.id, { ...REQUEST, reason: 'settled' })

      const { holds: listed, next } = await holds.list({ limit: 10 }, { actor: REVIEWER })
      assert.isNull(next)
      assert.lengthOf(listed, 1)
      assert.containSubset(listed[0], {
        id: hold.id,
        from: day(1),
        to: day(9),
        reason: 'a lawsuit',
        placedBy: '7',
        releasedBy: '7',
      })
      const [placed, released, read] = await auditRows('', connect())
      assert.containSubset(placed, {
        body: {
          eventType: 'audit.hold.placed',
          actorId: '7',
          targetId: String(hold.id),
          correlationId: 'request-1',
          details: { from: day(1), to: day(9) },
        },
        personal: { comment: 'a lawsuit' },
      })
      assert.containSubset(released, {
        body: { eventType: 'audit.hold.released', targetId: String(hold.id) },
        personal: { comment: 'settled' },
      })
      assert.containSubset(read.body, { eventType: 'audit.read', targetId: 'audit_holds' })
    })

    test('do not come or go where that cannot be recorded', async ({ assert }) => {
      const { connect } = await open()
      const recorder = new RecordingEventRecorder()
      const holds = holdsOn(connect, { recorder })
      const hold = await holds.place({}, REQUEST)
      recorder.fail()

      await assert.rejects(() => holds.place({}, REQUEST), RecordingUnavailable)
      await assert.rejects(() => holds.release(hold.id, REQUEST), RecordingUnavailable)
      await assert.rejects(() => holds.list({ limit: 1 }, REQUEST), RecordingUnavailable)

      const stored = await connect().from('audit_holds')
      assert.lengthOf(stored, 1)
      assert.isNull(stored[0].released_at)
    })

    test('are released once, even by two at once', async ({ assert }) => {
      const { connect } = await open()
      const holds = holdsOn(connect)
      const { id } = await holds.place({}, REQUEST)

      const codes = await Promise.all(
        [1, 2].map(() =>
          holds.release(id, REQUEST).then(
            () => 'done',
            ({ code }) => code
          )
        )
      )

      assert.sameMembers(codes, ['done', 'hold_released'])
      await assert.rejects(
        () => holds.release(id + 1, REQUEST),
        'There is no legal hold with this id.'
      )
      assert.lengthOf(await auditRows('audit.hold.released', connect()), 1)
    })

    test('are listed in parts, the newest first', async ({ assert }) => {
      const { connect } = await open()
      const holds = holdsOn(connect)
      for (const reason of ['first', 'second', 'third'])
        await holds.place({}, { ...REQUEST, reason })

      const one = await holds.list({ limit: 2 }, REQUEST)
      const two = await holds.list({ limit: 2, before: one.next! }, REQUEST)

      assert.deepEqual(
        one.holds.map(({ reason }) => reason),
        ['third', 'second']
      )
      assert.deepEqual(
        two.holds.map(({ reason }) => reason),
        ['first']
      )
      assert.isNull(two.next)
    })

    test('tell that the database is gone', async ({ assert }) => {
      const { connect } = await open()
      const holds = holdsOn(connect)
      await connect().rawQuery('ALTER TABLE audit_holds RENAME TO hidden')

      const codes = await Promise.all([
        holds.place({}, REQUEST).catch(({ code }) => code),
        holds.list({ limit: 1 }, REQUEST).catch(({ code }) => code),
      ])

      assert.deepEqual(codes, ['holds_unavailable', 'holds_unavailable'])
    })

    test('stop the purge before the first event that they cover', async ({ assert }) => {
      const { connect, clock, purge } = await oldTrail(await open(), {
        days: 30,
        old: 20,
        checkpoints: [5, 10, 12, 20],
      })
      const holds = holdsOn(connect, { clock })
      const hold = await holds.place({ from: day(12), to: day(13) }, REQUEST)

      const { removed, plan } = await purge.run()
      assert.deepEqual(removed, [{ firstSeq: 1, lastSeq: 10, count: 10 }])
      assert.deepEqual(plan.limit, { seq: 12, why: 'hold', holdId: hold.id })

      await holds.release(hold.id, REQUEST)
      const after = await purge.run()
      assert.deepEqual(after.removed, [{ firstSeq: 11, lastSeq: 20, count: 10 }])
    })

    test('that are open at one end cover all that lies there', async ({ assert }) => {
      const { connect, clock, purge } = await oldTrail(await open(), {
        days: 30,
        old: 20,
        checkpoints: [1, 10, 20],
      })
      const holds = holdsOn(connect, { clock })
      const limitWith = async (range: { from?: string; to?: string }) => {
        const { id } = await holds.place(range, REQUEST)
        const { limit } = await purge.plan()
        await holds.release(id, REQUEST)
        return limit.seq
      }

      assert.equal(await limitWith({ from: day(11) }), 11)
      assert.equal(await limitWith({ to: day(1) }), 1)
      assert.equal(await limitWith({}), 1)
      assert.equal(await limitWith({ to: day(0) }), 21)
      assert.equal(await limitWith({ from: day(25) }), 21)
    })

    test('that are placed while a purge is planned are heard', async ({ assert }) => {
      const { connect, clock, purge, purges } = await oldTrail(await open(), {
        days: 30,
        old: 20,
        checkpoints: [5, 20],
      })
      const holds = holdsOn(connect, { clock })

      // The plan is made, and before the mark is set somebody holds what it wants to remove.
      const firstLook = purges.newestCheckpoint.bind(purges)
      purges.newestCheckpoint = async (range) => {
        purges.newestCheckpoint = firstLook
        await holds.place({ from: day(6), to: day(6) }, REQUEST)
        return firstLook(range)
      }
      const { removed } = await purge.run()

      assert.deepEqual(removed, [{ firstSeq: 1, lastSeq: 5, count: 5 }])
    })
  })
}
