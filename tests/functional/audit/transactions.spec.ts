import { test } from '@japa/runner'
import { checkChain } from '#audit/verification/chain_check'
import type { AuditEvent } from '#shared/event_recorder'
import { RecordingUnavailable } from '#shared/event_recorder'
import { auditDatabases } from '#tests/helpers/audit/audit_database'
import { testTrail } from '#tests/helpers/audit/test_trail'
import { chainRows } from '#tests/helpers/audit_rows'

const EVENT: AuditEvent = { type: 'access.user.created', outcome: 'success', comment: 'why' }

for (const { name, open } of auditDatabases) {
  test.group(`Recording in a transaction on ${name}`, () => {
    test('an event commits with the transaction it was given', async ({ assert }) => {
      const { connect } = await open()
      const { trail } = testTrail(connect)

      await connect().transaction(async (trx) => {
        await trail.record(EVENT, trx)
        await trail.record(EVENT, trx)
      })

      assert.containSubset(checkChain(await chainRows(connect())), { valid: true, count: 2 })
    })

    test('an event vanishes with the transaction it was given', async ({ assert }) => {
      const { connect } = await open()
      const { trail } = testTrail(connect)
      await trail.record(EVENT)

      const change = connect().transaction(async (trx) => {
        await trail.record(EVENT, trx)
        throw new Error('The change itself fails')
      })
      await assert.rejects(() => change, 'The change itself fails')
      await trail.record(EVENT)

      assert.containSubset(checkChain(await chainRows(connect())), { valid: true, count: 2 })
      assert.lengthOf(await connect().from('audit_personal_values'), 2)
    })

    test('events recorded meanwhile wait for the transaction, and none is lost', async ({
      assert,
    }) => {
      const { connect } = await open()
      const { trail } = testTrail(connect)

      let others: Promise<void>[] = []
      await connect().transaction(async (trx) => {
        await trail.record(EVENT, trx)
        others = [trail.record(EVENT), trail.record(EVENT)]
      })
      await Promise.all(others)

      assert.containSubset(checkChain(await chainRows(connect())), { valid: true, count: 3 })
    })

    test('a failure leaves the given transaction usable and the chain whole', async ({
      assert,
    }) => {
      const { connect } = await open()
      const { trail } = testTrail(connect)
      await trail.record(EVENT)
      await connect().rawQuery('ALTER TABLE audit_personal_values RENAME TO hidden')

      await connect().transaction(async (trx) => {
        await trail.record({ ...EVENT, comment: undefined }, trx)
        await assert.rejects(() => trail.record(EVENT, trx), RecordingUnavailable)
        await trx.from('audit_heads').where('chain', 'main').select('seq')
      })

      await connect().rawQuery('ALTER TABLE hidden RENAME TO audit_personal_values')
      await trail.record(EVENT)
      assert.containSubset(checkChain(await chainRows(connect())), { valid: true, count: 4 })
    })
  })
}
