import { test } from '@japa/runner'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import { auditDatabases, type AuditDatabase } from '#tests/helpers/audit/audit_database'
import { auditRows, chainRows } from '#tests/helpers/audit_rows'
import { testTrail } from '#tests/helpers/audit/test_trail'
import { withoutGuards } from '#tests/helpers/audit/without_guards'
import type { AuditEvent } from '#shared/event_recorder'

const EVENT: AuditEvent = {
  type: 'auth.token.cleared',
  outcome: 'success',
  actor: { type: 'user', id: '7', sourceIp: '192.0.2.9' },
  comment: 'Asked for by Awa',
}

const MARK = {
  chain: 'main',
  first_seq: 1,
  last_seq: 2,
  fingerprint: 'f'.repeat(64),
  started_at: '2026-01-01T00:00:00.000Z',
  signature: 'c2lnbmF0dXJl',
  key_id: '0123456789abcdef',
}

const HOLD = { reason: 'a lawsuit', placed_by: '7', placed_at: '2026-01-01T00:00:00.000Z' }

const APPEND_ONLY = /audit events are append-only; the retention rule removes old ones: audit:purge/
const NEVER_CHANGED = /personal values of audit events are never changed/
const MARKS = /purge marks are append-only/
const HOLDS = /legal holds are append-only/

/** Three events, with their personal values. */
async function filled({ connect }: AuditDatabase): Promise<QueryClientContract> {
  const { trail } = testTrail(connect)
  for (let number = 1; number <= 3; number++) await trail.record(EVENT)
  return connect()
}

for (const { name, open } of auditDatabases) {
  test.group(`What is written stays on ${name}`, () => {
    test('an event is not changed, not even to what it was', async ({ assert }) => {
      const client = await filled(await open())
      const before = await chainRows(client)

      for (const change of [{ actor_id: 'somebody' }, { seq: 9 }, { outcome: 'success' }]) {
        await assert.rejects(
          () => client.from('audit_events').where('seq', 2).update(change),
          APPEND_ONLY
        )
      }
      await assert.rejects(() => client.from('audit_events').update({ body: '{}' }), APPEND_ONLY)

      assert.deepEqual(await chainRows(client), before)
    })

    test('an event is not deleted, first, last or all of them', async ({ assert }) => {
      const client = await filled(await open())
      await client.from('audit_personal_values').delete()

      for (const seq of [1, 3]) {
        await assert.rejects(
          () => client.from('audit_events').where('seq', seq).delete(),
          APPEND_ONLY
        )
      }
      await assert.rejects(() => client.from('audit_events').delete(), APPEND_ONLY)

      assert.lengthOf(await chainRows(client), 3)
    })

    test('a purge mark opens the door for its own events alone', async ({ assert }) => {
      const client = await filled(await open())
      await client.table('audit_purges').insert(MARK)
      await client.from('audit_personal_values').delete()

      await assert.rejects(() => client.from('audit_events').delete(), APPEND_ONLY)
      await client.from('audit_events').where('seq', '<=', 2).delete()
      await assert.rejects(() => client.from('audit_events').delete(), APPEND_ONLY)

      assert.deepEqual(
        (await chainRows(client)).map(({ seq }) => seq),
        [3]
      )
    })

    test('a personal value is erased and never changed', async ({ assert }) => {
      const client = await filled(await open())
      const values = () => client.from('audit_personal_values')

      await assert.rejects(() => values().update({ value: 'other' }), NEVER_CHANGED)
      await assert.rejects(() => values().update({ salt: '00' }), NEVER_CHANGED)
      await values().where('field', 'comment').delete()

      for (const { personal } of await auditRows('', client)) {
        assert.deepEqual(personal, { sourceIp: '192.0.2.9' })
      }
    })

    test('a purge mark is finished once, and otherwise never changed', async ({ assert }) => {
      const client = await filled(await open())
      await client.table('audit_purges').insert(MARK)
      const marks = () => client.from('audit_purges')
      const finished = { finished_at: '2026-01-01T00:01:00.000Z' }

      await assert.rejects(() => marks().update({ last_seq: 3 }), MARKS)
      await assert.rejects(() => marks().update({ ...finished, last_seq: 3 }), MARKS)
      await assert.rejects(() => marks().update({ finished_at: null }), MARKS)
      await assert.rejects(() => marks().delete(), MARKS)
      await marks().update(finished)
      await assert.rejects(() => marks().update(finished), MARKS)
      await assert.rejects(() => marks().update({ finished_at: null }), MARKS)

      assert.containSubset(await marks().firstOrFail(), { ...finished, signature: MARK.signature })
    })

    test('a legal hold is released once, and otherwise never changed', async ({ assert }) => {
      const client = await filled(await open())
      await client.table('audit_holds').insert(HOLD)
      const holds = () => client.from('audit_holds')
      const release = { released_by: '8', released_at: '2026-02-01T00:00:00.000Z' }

      await assert.rejects(() => holds().update({ to_at: '2000-01-01T00:00:00.000Z' }), HOLDS)
      await assert.rejects(() => holds().update({ ...release, reason: 'none' }), HOLDS)
      await assert.rejects(() => holds().update({ released_by: '8' }), HOLDS)
      await assert.rejects(() => holds().delete(), HOLDS)
      await holds().update(release)
      await assert.rejects(() => holds().update(release), HOLDS)

      assert.containSubset(await holds().firstOrFail(), { ...HOLD, ...release })
    })

    test('checkpoints and signing keys are never changed, removed or replaced', async ({
      assert,
    }) => {
      const client = await filled(await open())
      const checkpoint = {
        chain: 'main',
        seq: 2,
        fingerprint: 'f'.repeat(64),
        created_at: '2026-01-01T00:00:00.000Z',
        reason: 'time',
        signature: 'c2lnbmF0dXJl',
        key_id: '0123456789abcdef',
      }
      const key = {
        key_id: '0123456789abcdef',
        public_key: 'a2V5',
        introduced_at: '2026-01-01T00:00:00.000Z',
        introduced_seq: 1,
      }

      for (const [table, row] of [
        ['audit_checkpoints', checkpoint],
        ['audit_signing_keys', key],
      ] as const) {
        await client.table(table).insert(row)
        await assert.rejects(() => client.from(table).update({ key_id: 'x' }), /append-only/)
        await assert.rejects(() => client.from(table).delete(), /append-only/)
        await client.knexQuery().table(table).insert(row).onConflict().ignore()
        assert.lengthOf(await client.from(table), 1)
      }
    })

    test('a test can lift the guards, and they are back afterwards', async ({ assert }) => {
      const { connect, ...database } = await open()
      const client = await filled({ connect, ...database })
      const change = () => client.from('audit_events').where('seq', 2).update({ actor_id: 'x' })

      await withoutGuards(connect, change)
      await assert.rejects(change, APPEND_ONLY)
      await assert.rejects(() => client.from('audit_personal_values').update({ value: 'x' }))
    })
  })
}

test.group('SQLite replaces nothing', () => {
  const open = auditDatabases[0].open

  test('an event that shares a number, an id or a predecessor with another', async ({ assert }) => {
    const client = await filled(await open())
    const [first, second, third] = await chainRows(client)
    const free = { ...third, seq: 9, event_id: 'new', prev_fingerprint: 'a'.repeat(64) }

    for (const clash of [
      { ...free, seq: 2 },
      { ...free, event_id: first.event_id },
      { ...free, prev_fingerprint: second.prev_fingerprint },
    ]) {
      for (const recursive of ['OFF', 'ON']) {
        await client.rawQuery(`PRAGMA recursive_triggers = ${recursive}`)
        await assert.rejects(() => replace(client, 'audit_events', clash), APPEND_ONLY)
      }
    }

    assert.deepEqual(await chainRows(client), [first, second, third])
  })

  test('a personal value, a purge mark or a legal hold', async ({ assert }) => {
    const client = await filled(await open())
    await client.table('audit_purges').insert(MARK)
    await client.table('audit_holds').insert(HOLD)
    const [value] = await client.from('audit_personal_values')
    const [mark] = await client.from('audit_purges')
    const [hold] = await client.from('audit_holds')

    const personal = { ...value, value: 'other' }
    await assert.rejects(() => replace(client, 'audit_personal_values', personal), NEVER_CHANGED)
    await assert.rejects(() => replace(client, 'audit_purges', { ...mark, last_seq: 3 }), MARKS)
    const { id, ...rest } = mark
    await assert.rejects(() => replace(client, 'audit_purges', { ...rest, last_seq: 3 }), MARKS)
    await assert.rejects(() => replace(client, 'audit_holds', { ...hold, reason: '' }), HOLDS)
  })

  test('a checkpoint or a signing key, and says nothing', async ({ assert }) => {
    const client = await filled(await open())
    const key = { key_id: 'a', public_key: 'a2V5', introduced_at: '', introduced_seq: 1 }
    await client.table('audit_signing_keys').insert(key)

    await replace(client, 'audit_signing_keys', { ...key, public_key: 'other' })

    assert.deepEqual(await client.from('audit_signing_keys'), [key])
  })

  test('an upsert changes no event', async ({ assert }) => {
    const client = await filled(await open())
    const [first] = await chainRows(client)

    await assert.rejects(
      () => client.knexQuery().table('audit_events').insert(first).onConflict('seq').merge(),
      APPEND_ONLY
    )
  })
})

test.group('PostgreSQL truncates nothing', () => {
  const postgres = auditDatabases.find(({ name }) => name === 'PostgreSQL')

  test('neither events nor what belongs to them', async ({ assert }) => {
    const client = await filled(await postgres!.open())

    for (const table of [
      'audit_personal_values',
      'audit_purges',
      'audit_holds',
      'audit_checkpoints',
      'audit_signing_keys',
    ]) {
      await assert.rejects(() => client.rawQuery(`TRUNCATE ${table}`))
    }
    await assert.rejects(() => client.rawQuery('TRUNCATE audit_events CASCADE'), APPEND_ONLY)
    assert.lengthOf(await chainRows(client), 3)
  }).skip(!postgres, 'no PostgreSQL')

  test('a temporary table in the place of the purge marks opens no door', async ({ assert }) => {
    const client = await filled(await postgres!.open())
    await client.from('audit_personal_values').delete()

    await client
      .transaction(async (trx) => {
        await trx.rawQuery('CREATE TEMPORARY TABLE audit_purges (last_seq bigint) ON COMMIT DROP')
        await trx.rawQuery('INSERT INTO audit_purges VALUES (3)')
        await assert.rejects(() => trx.from('audit_events').delete(), APPEND_ONLY)
      })
      .catch(() => {})
    assert.lengthOf(await chainRows(client), 3)
  }).skip(!postgres, 'no PostgreSQL')

  test('an upsert changes no event', async ({ assert }) => {
    const client = await filled(await postgres!.open())
    const [first] = await chainRows(client)

    await assert.rejects(
      () => client.knexQuery().table('audit_events').insert(first).onConflict('seq').merge(),
      APPEND_ONLY
    )
  }).skip(!postgres, 'no PostgreSQL')
})

function replace(client: QueryClientContract, table: string, row: object) {
  const names = Object.keys(row)
  const places = names.map(() => '?').join(', ')
  const sql = `INSERT OR REPLACE INTO ${table} (${names.join(', ')}) VALUES (${places})`
  return client.rawQuery(sql, Object.values(row))
}
