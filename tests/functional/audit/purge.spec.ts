import { setImmediate as nextTurn } from 'node:timers/promises'
import { test } from '@japa/runner'
import { Secret } from '@adonisjs/core/helpers'
import { SigningKey } from '#audit/chain/signing_key'
import { purgeMarkText } from '#audit/retention/purge_mark'
import { ClockImplausible, PurgeRefused } from '#audit/retention/errors'
import { ChainStore } from '#audit/stores/chain_store'
import { checkChain } from '#audit/verification/chain_check'
import { ChainVerifier } from '#audit/verification/chain_verifier'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import { auditDatabases, connectionTo } from '#tests/helpers/audit/audit_database'
import { checkpointAt } from '#tests/helpers/audit/checkpoints'
import { DAY, LONG_AGO, oldTrail } from '#tests/helpers/audit/old_trail'
import { killedPurge } from '#tests/helpers/audit/other_processes'
import { testPurge } from '#tests/helpers/audit/test_purge'
import { testKeys } from '#tests/helpers/audit/test_trail'
import { withoutGuards } from '#tests/helpers/audit/without_guards'
import { auditRows, chainRows } from '#tests/helpers/audit_rows'

const EVENT = { type: 'auth.access.denied', outcome: 'failure' } as const

/** What a reviewer finds who verifies what is left. */
function verdict(connect: () => QueryClientContract) {
  return new ChainVerifier({ store: new ChainStore(connect, 'main'), keys: testKeys }).verify()
}

async function types(client: QueryClientContract): Promise<string[]> {
  const events = await auditRows('audit.', client)
  return events.map(({ body }) => body.eventType)
}

for (const { name, open } of auditDatabases) {
  test.group(`The purge on ${name}`, () => {
    test('removes what is too old, up to a checkpoint, and says so', async ({ assert }) => {
      const trail = await oldTrail(await open(), { days: 30, old: 20, checkpoints: [8, 16, 24] })
      const { connect, purge, checkpoints } = trail
      const [{ fingerprint }] = await connect().from('audit_events').where('seq', 16)

      const { removed, plan } = await purge.run({ actor: { type: 'system', id: 'os:root' } })

      assert.deepEqual(removed, [{ firstSeq: 1, lastSeq: 16, count: 16 }])
      assert.deepEqual(plan.limit, { seq: 21, why: 'age' })
      assert.equal(plan.prefix?.oldest, new Date(LONG_AGO).toISOString())
      assert.equal(plan.prefix?.newest, new Date(LONG_AGO + 15 * DAY).toISOString())
      assert.equal(checkpoints(), 1)

      const rows = await chainRows(connect())
      assert.equal(rows[0].seq, 17)
      assert.lengthOf(await connect().from('audit_personal_values'), 2 * 14)
      assert.containSubset(await verdict(connect), { valid: true, count: 16 })

      const [started, purged] = await auditRows('audit.retention.', connect())
      const range = { firstSeq: 1, lastSeq: 16, count: 16, fingerprint }
      assert.containSubset(started.body, {
        eventType: 'audit.retention.purge_started',
        actorId: 'os:root',
        count: 16,
        details: range,
      })
      assert.containSubset(purged.body, {
        eventType: 'audit.retention.purged',
        actorId: 'os:root',
        count: 16,
        details: range,
      })
    })

    test('leaves a signed mark of where the chain begins', async ({ assert }) => {
      const { connect, purge, purges } = await oldTrail(await open(), {
        days: 30,
        old: 20,
        checkpoints: [16],
      })
      await purge.run()

      const mark = (await purges.newestMark())!
      assert.containSubset(mark, { chain: 'main', firstSeq: 1, lastSeq: 16 })
      assert.isNotNull(mark.finishedAt)
      assert.equal(testKeys.verdictOn(purgeMarkText(mark), mark), 'genuine')
      const [first] = await chainRows(connect())
      assert.equal(first.prev_fingerprint, mark.fingerprint)
    })

    test('goes on where it ended, day after day', async ({ assert }) => {
      const { connect, clock, trail, purge, checkpoints } = await oldTrail(await open(), {
        days: 30,
        old: 10,
        checkpoints: [9, 15, 29],
      })

      await purge.run()
      await purge.run()
      for (let days = 1; days <= 7; days++) {
        clock.jump(DAY)
        await trail.record(EVENT)
      }
      const { removed } = await purge.run()

      assert.deepEqual(removed, [{ firstSeq: 10, lastSeq: 15, count: 6 }])
      assert.equal(checkpoints(), 2)
      assert.lengthOf(await connect().from('audit_purges'), 2)
      assert.isTrue((await verdict(connect)).valid)
    })

    test('removes nothing without a checkpoint that is old enough, and says why', async ({
      assert,
    }) => {
      const { connect, purge, checkpoints } = await oldTrail(await open(), {
        days: 30,
        old: 20,
        checkpoints: [21],
      })

      const { removed, plan } = await purge.run()

      assert.deepEqual(removed, [])
      assert.deepEqual(plan.limit, { seq: 21, why: 'no_checkpoint' })
      assert.lengthOf(await chainRows(connect()), 30)
      assert.deepEqual(await types(connect()), [])
      assert.equal(checkpoints(), 0)
    })

    test('an event of the last instant of its time stays, one millisecond later it goes', async ({
      assert,
    }) => {
      const { clock, purge } = await oldTrail(await open(), {
        days: 3,
        old: 1,
        checkpoints: [1, 2],
      })

      const young = await purge.plan()
      clock.jump(1)
      const old = await purge.plan()

      assert.equal(young.prefix?.lastSeq, 1)
      assert.equal(old.prefix?.lastSeq, 2)
    })

    test('keeps a token request whose outcome is not known', async ({ assert }) => {
      const { connect, clock, trail, purge } = await oldTrail(await open(), {
        days: 5,
        old: 5,
        checkpoints: [4],
      })
      const requested = { type: 'auth.token.requested', outcome: 'unknown' } as const
      await trail.record({ ...requested, attemptId: 'settled' })
      await trail.record({ ...requested, attemptId: 'lost' })
      await trail.record({ ...EVENT, attemptId: 'settled' })
      await checkpointAt(connect(), 8)
      clock.jump(DAY)

      const { removed, plan } = await purge.run()

      assert.deepEqual(plan.limit, { seq: 7, why: 'unsettled' })
      assert.deepEqual(removed, [{ firstSeq: 1, lastSeq: 4, count: 4 }])
    })

    test('refuses to remove the traces of a change', async ({ assert }) => {
      const { connect, purge } = await oldTrail(await open(), {
        days: 30,
        old: 20,
        checkpoints: [16],
      })
      await withoutGuards(connect, () =>
        connect().from('audit_events').where('seq', 7).update({ actor_id: 'nobody' })
      )

      const refusal = await purge.run().catch((error) => error)

      assert.instanceOf(refusal, PurgeRefused)
      assert.containSubset(refusal, { code: 'chain_broken', firstBadSeq: 7 })
      assert.lengthOf(await chainRows(connect()), 30)
      assert.lengthOf(await connect().from('audit_purges'), 0)
    })

    test('refuses a checkpoint that is forged, of another key or of a stranger', async ({
      assert,
    }) => {
      const { connect, purge } = await oldTrail(await open(), {
        days: 30,
        old: 20,
        checkpoints: [16],
      })
      const code = () => purge.plan().then(String, (error) => error.code)
      const stored = () => connect().from('audit_checkpoints').where('seq', 16)
      const { fingerprint } = await stored().firstOrFail()

      await withoutGuards(connect, () => stored().update({ fingerprint: 'a'.repeat(64) }))
      assert.equal(await code(), 'checkpoint_forged')
      await withoutGuards(connect, () => stored().update({ fingerprint, key_id: 'unknown' }))
      assert.equal(await code(), 'checkpoint_key_unknown')

      await withoutGuards(connect, () => stored().delete())
      const stranger = new SigningKey(new Secret(Buffer.alloc(32, 9).toString('base64')))
      await checkpointAt(connect(), 16, { signingKey: stranger })
      assert.equal(await code(), 'checkpoint_key_unknown')
    })

    test('refuses when a genuine checkpoint knows another history', async ({ assert }) => {
      const { connect, purge } = await oldTrail(await open(), {
        days: 30,
        old: 20,
        checkpoints: [],
      })
      await checkpointAt(connect(), 16, { fingerprint: 'a'.repeat(64) })

      const refusal = await purge.run().catch((error) => error)

      assert.equal(refusal.code, 'checkpoint_disagrees')
      assert.lengthOf(await chainRows(connect()), 30)
    })

    test('does not believe a clock that jumped years ahead until somebody does', async ({
      assert,
    }) => {
      const { connect, clock, trail, purge } = await oldTrail(await open(), {
        days: 30,
        old: 20,
        checkpoints: [16, 30],
      })
      const aDay = async () => {
        clock.jump(DAY)
        await trail.record(EVENT)
      }
      clock.jump(3_650 * DAY)
      for (let days = 1; days <= 5; days++) await aDay()

      const refusal = await purge.run().catch((error) => error)
      assert.instanceOf(refusal, ClockImplausible)
      assert.include(refusal.message, 'After event 30 ')
      assert.lengthOf(await chainRows(connect()), 35)
      assert.lengthOf(await connect().from('audit_purges'), 0)

      const { removed } = await purge.run({ trustClock: true })
      assert.deepEqual(removed, [{ firstSeq: 1, lastSeq: 30, count: 30 }])
      const [started] = await auditRows('audit.retention.', connect())
      assert.isTrue(started.body.details?.trustClock)

      for (let days = 1; days <= 10; days++) await aDay()
      await checkpointAt(connect(), 34)
      const later = await purge.run()
      assert.deepEqual(later.removed, [{ firstSeq: 31, lastSeq: 34, count: 4 }])
    })

    test('believes a clock that was wrong for a while and is right again', async ({ assert }) => {
      const { clock, trail, purge } = await oldTrail(await open(), {
        days: 30,
        old: 20,
        checkpoints: [16],
      })
      clock.jump(3_650 * DAY)
      await trail.record(EVENT)
      clock.jump(-3_650 * DAY)
      await trail.record(EVENT)

      const { removed } = await purge.run()
      assert.deepEqual(removed, [{ firstSeq: 1, lastSeq: 16, count: 16 }])
    })

    test('finishes nothing in the name of a mark that it did not sign', async ({ assert }) => {
      const { connect, purge } = await oldTrail(await open(), {
        days: 30,
        old: 20,
        checkpoints: [16],
      })
      await connect()
        .table('audit_purges')
        .insert({
          chain: 'main',
          first_seq: 1,
          last_seq: 29,
          fingerprint: 'a'.repeat(64),
          started_at: new Date(LONG_AGO).toISOString(),
          signature: Buffer.alloc(64).toString('base64'),
          key_id: [...testKeys.all.keys()][0],
        })

      const refusal = await purge.run().catch((error) => error)

      assert.equal(refusal.code, 'purge_mark_forged')
      assert.lengthOf(await chainRows(connect()), 30)
    })

    test('two runs at once remove everything once', async ({ assert }) => {
      const { connect, clock, place, purge, retentionDays } = await oldTrail(await open(), {
        days: 40,
        old: 30,
        checkpoints: [30],
      })
      const other = testPurge(connectionTo(place), clock, retentionDays)

      await Promise.all([purge.run(), other.purge.run()])

      assert.lengthOf(await connect().from('audit_purges').whereNotNull('finished_at'), 1)
      assert.deepEqual(await types(connect()), [
        'audit.retention.purge_started',
        'audit.retention.purged',
      ])
      assert.containSubset(await verdict(connect), { valid: true, count: 12 })
    })

    test('D10 | events are recorded and read while it runs', async ({ assert }) => {
      const { connect, place, trail, purge } = await oldTrail(await open(), {
        days: 600,
        old: 590,
        checkpoints: [580],
      })
      const reader = connectionTo(place)
      let running = true

      const reads = (async () => {
        const seen: boolean[] = []
        while (running) {
          const rows = await chainRows(reader())
          const [first] = rows
          const before = { seq: first.seq - 1, fingerprint: first.prev_fingerprint }
          seen.push(checkChain(rows, before).valid)
          await nextTurn()
        }
        return seen
      })()
      const writes = (async () => {
        let written = 0
        for (; running; written++) await trail.record(EVENT)
        return written
      })()
      const batches: number[] = []
      await purge
        .run({ progress: (removed) => batches.push(removed) })
        .finally(() => (running = false))

      const written = await writes
      const seen = await reads
      assert.deepEqual(batches, [250, 500, 580])
      assert.isAbove(written, 0)
      assert.notInclude(seen, false)
      assert.isNotEmpty(seen)
      const left = await verdict(connect)
      assert.containSubset(left, { valid: true, count: 20 + 2 + written })
    }).timeout(60_000)

    test('D10 | killed half-way, it is explained, and the next run ends it', async ({ assert }) => {
      const { connect, clock, place, purge, retentionDays } = await oldTrail(await open(), {
        days: 600,
        old: 590,
        checkpoints: [300, 580],
      })
      await killedPurge(place, { now: clock.now(), retentionDays, events: 250 })

      assert.deepEqual(await types(connect()), ['audit.retention.purge_started'])
      const left = await chainRows(connect())
      assert.equal(left[0].seq, 251)
      assert.containSubset(await verdict(connect), { valid: true, count: 21 })

      const { removed, plan } = await purge.run()

      assert.deepEqual(removed, [{ firstSeq: 1, lastSeq: 580, count: 580 }])
      assert.deepEqual(plan.limit, { seq: 591, why: 'no_checkpoint' })
      assert.deepEqual(await types(connect()), [
        'audit.retention.purge_started',
        'audit.retention.purged',
      ])
      const [mark] = await connect().from('audit_purges')
      assert.isNotNull(mark.finished_at)
      assert.containSubset(await verdict(connect), { valid: true, count: 22 })
      assert.equal((await chainRows(connect()))[0].seq, 581)
    }).timeout(60_000)

    test('asked to end, it ends between two batches', async ({ assert }) => {
      const { connect, purge } = await oldTrail(await open(), {
        days: 350,
        old: 340,
        checkpoints: [330],
      })
      const stop = new AbortController()

      await assert.rejects(() => purge.run({ signal: stop.signal, progress: () => stop.abort() }))

      assert.equal((await chainRows(connect()))[0].seq, 251)
      assert.containSubset(await purge.unfinished(), { lastSeq: 330 })
    }).timeout(60_000)
  })
}
