import { test } from '@japa/runner'
import { ConfigurationRecord, type Setting } from '#audit/recording/configuration_record'
import { UntilDone } from '#audit/recording/until_done'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import { auditDatabases } from '#tests/helpers/audit/audit_database'
import { testTrail } from '#tests/helpers/audit/test_trail'
import { auditRows } from '#tests/helpers/audit_rows'
import { eventually } from '#tests/helpers/eventually'
import { ManualClock } from '#tests/helpers/manual_clock'

const SETTINGS = { retentionDays: 2_192, sandboxMode: false, tokenEndpoint: 'https://a.example' }

function recordOf(connect: () => QueryClientContract, settings: Record<string, Setting>) {
  const clock = new ManualClock()
  const { store, trail, logger, logs } = testTrail(connect, clock)
  const configuration = new ConfigurationRecord({ store, recorder: trail, settings })
  const parts = { clock, logger, retryMs: 5_000 }
  const record = new UntilDone('Recording the configuration', () => configuration.record(), parts)
  return { record, clock, logs }
}

/** What a process that starts with these settings records. */
async function start(connect: () => QueryClientContract, settings: Record<string, Setting>) {
  const { record } = recordOf(connect, settings)
  record.start()
  await record.stop()
}

async function changes(client: QueryClientContract) {
  const events = await auditRows('config.changed', client)
  return events.map(({ body: { reasonCode, count, details } }) => ({ reasonCode, count, details }))
}

for (const { name, open } of auditDatabases) {
  test.group(`The record of the configuration on ${name}`, () => {
    test('has all settings of the first start, and nothing new when nothing changed', async ({
      assert,
    }) => {
      const { connect } = await open()

      await start(connect, SETTINGS)
      await start(connect, SETTINGS)

      assert.deepEqual(await changes(connect()), [
        { reasonCode: 'first_start', count: 3, details: SETTINGS },
      ])
    })

    test('tells what changed from what to what, in one event', async ({ assert }) => {
      const { connect } = await open()
      await start(connect, SETTINGS)

      const changed = { ...SETTINGS, retentionDays: 30, sandboxMode: true }
      await start(connect, changed)
      await start(connect, { ...changed, added: 'later' })

      const [, second, third] = await changes(connect())
      assert.deepEqual(second, {
        reasonCode: undefined,
        count: 2,
        details: { ...changed, 'before.retentionDays': 2_192, 'before.sandboxMode': false },
      })
      assert.containSubset(third, { count: 1, details: { 'added': 'later', 'before.added': null } })
    })

    test('is made once by processes that start together', async ({ assert }) => {
      const { connect } = await open()

      await Promise.all([start(connect, SETTINGS), start(connect, SETTINGS)])

      assert.lengthOf(await changes(connect()), 1)
    })

    test('is made when the database is back', async ({ assert }) => {
      const { connect } = await open()
      const { record, clock, logs } = recordOf(connect, SETTINGS)
      await connect().rawQuery('ALTER TABLE audit_heads RENAME TO hidden')

      record.start()
      await eventually(() => clock.pending === 1)
      await clock.advance(5_000)
      await eventually(() => clock.pending === 1)
      await connect().rawQuery('ALTER TABLE hidden RENAME TO audit_heads')
      await clock.advance(5_000)
      await eventually(async () => (await changes(connect())).length === 1)
      await record.stop()

      assert.equal(clock.pending, 0)
      assert.deepEqual(
        logs.map((line) => JSON.parse(line).msg),
        ['Recording the configuration fails', 'Recording the configuration works again']
      )
    })
  })
}

test.group('The record of the configuration', () => {
  test('notices a change at the end of a long text', async ({ assert }) => {
    const { connect } = await auditDatabases[0].open()
    const senders = 'tel:+2210000, '.repeat(60)

    await start(connect, { senders: `${senders}a` })
    await start(connect, { senders: `${senders}b` })

    const [first, second] = await changes(connect())
    assert.match(String(first.details?.senders), /^sha256:[\da-f]{64}$/)
    assert.equal(second.details?.['before.senders'], first.details?.senders)
  })

  test('takes no more settings than one event can tell', async ({ assert }) => {
    const { connect } = await auditDatabases[0].open()
    const settings = Object.fromEntries(Array.from({ length: 13 }, (_, index) => [`s${index}`, 1]))

    assert.throws(() => recordOf(connect, settings), RangeError)
  })
})
