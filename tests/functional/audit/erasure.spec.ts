import { readFileSync } from 'node:fs'
import { test } from '@japa/runner'
import { Erasure } from '#audit/retention/erasure'
import { LegalHolds } from '#audit/retention/legal_holds'
import { HoldStore } from '#audit/stores/hold_store'
import { PersonalValueStore } from '#audit/stores/personal_value_store'
import { checkChain } from '#audit/verification/chain_check'
import {
  auditDatabases,
  type AuditDatabase,
  connectionTo,
} from '#tests/helpers/audit/audit_database'
import { DAY, LONG_AGO, oldTrail } from '#tests/helpers/audit/old_trail'
import { recordMany } from '#tests/helpers/audit/test_export'
import { auditRows, chainRows } from '#tests/helpers/audit_rows'

const OPERATOR = { type: 'system', id: 'os:root' } as const
const day = (number: number) => new Date(LONG_AGO + (number - 1) * DAY).toISOString()

async function erasureOn(database: AuditDatabase, days: number) {
  const trail = await oldTrail(database, { days, old: 0, checkpoints: [] })
  const { connect, store, purges, clock } = trail

  const erasure = new Erasure({
    store,
    events: purges,
    values: new PersonalValueStore(connect),
    recorder: trail.trail,
  })
  const holds = new LegalHolds({
    store,
    holds: new HoldStore(connect),
    recorder: trail.trail,
    clock,
  })
  const request = (selector: object) => ({ selector, actor: OPERATOR, reason: 'asked for' })

  /** Numbers of the events of the old days that have their values still. */
  const whole = async () => {
    const events = await auditRows('auth.token.cleared', connect())
    return events.filter(({ personal }) => personal.comment).map(({ seq }) => seq)
  }
  return { ...trail, erasure, holds, request, whole }
}

for (const { name, open } of auditDatabases) {
  test.group(`The erasure of personal values on ${name}`, () => {
    test('takes those of one actor, says so, and leaves the chain whole', async ({ assert }) => {
      const { connect, erasure, request, whole } = await erasureOn(await open(), 9)

      assert.equal(await erasure.count(request({ actor: '1' })), 6)
      assert.equal(await erasure.run(request({ actor: '1' })), 6)
      assert.equal(await erasure.run(request({ actor: '1' })), 0)

      assert.deepEqual(await whole(), [2, 3, 5, 6, 8, 9])
      assert.containSubset(checkChain(await chainRows(connect())), { valid: true, count: 10 })
      const [event, ...more] = await auditRows('audit.personal_values.erased', connect())
      assert.deepEqual(more, [])
      assert.containSubset(event, {
        body: {
          actorId: 'os:root',
          count: 6,
          details: { ofActor: '1', recordedBefore: null, firstSeq: 1, lastSeq: 9 },
        },
        personal: { comment: 'asked for' },
      })
    })

    test('takes those from before an instant, and both conditions together', async ({ assert }) => {
      const { erasure, request, whole } = await erasureOn(await open(), 9)

      assert.equal(await erasure.run(request({ before: day(5), actor: '1' })), 4)
      assert.deepEqual(await whole(), [2, 3, 5, 6, 7, 8, 9])
      assert.equal(await erasure.run(request({ before: day(5) })), 4)
      assert.deepEqual(await whole(), [5, 6, 7, 8, 9])
    })

    test('leaves what a legal hold covers', async ({ assert }) => {
      const { erasure, holds, request, whole } = await erasureOn(await open(), 9)
      const { id } = await holds.place({ from: day(4), to: day(5) }, request({}))

      assert.equal(await erasure.count(request({ before: day(9) })), 12)
      assert.equal(await erasure.run(request({ before: day(9) })), 12)
      assert.deepEqual(await whole(), [4, 5, 9])

      await holds.release(id, request({}))
      assert.equal(await erasure.run(request({ before: day(9) })), 4)
    })

    test('broken off half-way, has recorded exactly what is gone', async ({ assert }) => {
      const { connect, erasure, request, trail } = await erasureOn(await open(), 600)
      const record = trail.record.bind(trail)
      let batches = 0
      trail.record = async (...event) => {
        batches += 1
        if (batches === 2) throw new Error('The process dies')
        return record(...event)
      }

      await assert.rejects(() => erasure.run(request({ before: day(601) })), 'The process dies')

      const left = await connect().from('audit_personal_values').whereNot('value', 'asked for')
      const [event] = await auditRows('audit.personal_values.erased', connect())
      assert.equal(event.body.count, 1_000)
      assert.lengthOf(left, 200)
      assert.equal(await erasure.run(request({ before: day(601) })), 200)
    }).timeout(120_000)
  })
}

test.group('What was erased from SQLite', () => {
  test('stands in none of its files any more', async ({ assert }) => {
    const database = await auditDatabases[0].open()
    const { place } = database
    if (place.dialect !== 'SQLite') throw new Error('SQLite is meant')
    const { connect, trail, erasure, request } = await erasureOn(database, 1)
    const comment = 'asked by the canary of the erasure test'
    // Beside values that stay, so that it is not whole pages that go.
    const others = { actor: { type: 'user', id: 'somebody else' }, comment: 'stays' } as const
    for (let number = 0; number < 20; number++) {
      await recordMany(trail, 1, { comment })
      await recordMany(trail, 1, others)
    }
    const files = () =>
      [place.file, `${place.file}-wal`].map((file) => readFileSync(file, 'latin1'))
    assert.include(files().join(), comment)

    const other = connectionTo(place)
    await connect().rawQuery('PRAGMA busy_timeout = 0')
    await other().rawQuery('BEGIN')
    await other().from('audit_events').count('* as count')
    const lingering = await erasure.run(request({ actor: 'gateway' })).catch(({ code }) => code)
    assert.equal(lingering, 'erased_values_linger')
    assert.include(files().join(), comment)

    await other().rawQuery('COMMIT')
    assert.equal(await erasure.run(request({ actor: 'gateway' })), 0)
    assert.notInclude(files().join(), comment)
  })
})
