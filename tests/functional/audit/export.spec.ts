import { test } from '@japa/runner'
import { ExportOvertaken, ExportStopped, ExportUnavailable } from '#audit/export/errors'
import { GENESIS } from '#audit/chain/position'
import { exportRequestOf } from '#audit/export/validators'
import { RecordingUnavailable } from '#shared/event_recorder'
import { auditDatabases } from '#tests/helpers/audit/audit_database'
import { readNdjson } from '#tests/helpers/audit/export_check'
import { recordMany, testExport } from '#tests/helpers/audit/test_export'
import { withoutGuards } from '#tests/helpers/audit/without_guards'
import { auditRows, chainRows } from '#tests/helpers/audit_rows'
import { RecordingEventRecorder } from '#tests/helpers/recording_event_recorder'

const WITH_PERSONAL = {
  type: 'auth.token.cleared',
  outcome: 'success',
  actor: { type: 'user', id: '7', role: 'admin', sourceIp: '203.0.113.9' },
  comment: 'Suspected “leak”, \u2028 see ticket',
} as const

for (const { name, open } of auditDatabases) {
  test.group(`An export on ${name}`, () => {
    test('holds every event as it was hashed, with a signed manifest', async ({ assert }) => {
      const { connect } = await open()
      const { trail, bytes } = testExport(connect)
      await recordMany(trail, 1_100)
      await trail.record(WITH_PERSONAL)

      const { events, manifest } = readNdjson(await bytes())

      const rows = (await chainRows(connect())).slice(0, -1)
      assert.deepEqual(
        events.map(({ seq, fingerprint, prevFingerprint }) => [seq, fingerprint, prevFingerprint]),
        rows.map((row) => [row.seq, row.fingerprint, row.prev_fingerprint])
      )
      const { sha256, exportedAt, ...facts } = manifest
      assert.deepEqual(facts, {
        format: 'ndjson',
        chain: 'main',
        filters: {},
        firstSeq: 1,
        lastSeq: 1_102,
        count: 1_102,
        headFingerprint: rows.at(-1)!.fingerprint,
      })
      assert.deepEqual(
        Object.entries(events[1_100].personal!).map(([field, { value }]) => [field, value]),
        [
          ['comment', 'Suspected “leak”, \\u2028 see ticket'],
          ['sourceIp', '203.0.113.9'],
        ]
      )
    })

    test('is announced before it begins and told of when it has ended', async ({ assert }) => {
      const { connect } = await open()
      const { bytes } = testExport(connect)

      const { events, manifest } = readNdjson(await bytes())
      const [started] = await auditRows('audit.export_started', connect())
      const [exported] = await auditRows('audit.exported', connect())

      assert.deepEqual(
        events.map(({ seq }) => seq),
        [started.seq]
      )
      const common = {
        actorId: '7',
        correlationId: 'request-1',
        targetType: 'audit_trail',
        targetId: 'main',
      }
      assert.containSubset(started.body, { ...common, outcome: 'unknown' })
      assert.containSubset(exported.body, { ...common, outcome: 'success' })
      assert.containSubset(exported.body.details, {
        format: 'ndjson',
        partial: false,
        count: 1,
        firstSeq: 1,
        lastSeq: 1,
        sha256: manifest.sha256,
        headFingerprint: manifest.headFingerprint,
      })
    })

    test('of an empty trail is a manifest', async ({ assert }) => {
      const { connect } = await open()
      const { bytes } = testExport(connect, new RecordingEventRecorder())

      const { events, manifest } = readNdjson(await bytes())

      assert.isEmpty(events)
      assert.containSubset(manifest, { count: 0 })
      assert.deepEqual([manifest.firstSeq, manifest.headFingerprint], [null, null])
    })

    test('goes without the personal values that were erased', async ({ assert }) => {
      const { connect } = await open()
      const { trail, bytes } = testExport(connect)
      await trail.record(WITH_PERSONAL)
      await trail.record(WITH_PERSONAL)
      const [{ event_id: erased }] = await chainRows(connect())
      await connect().from('audit_personal_values').where('event_id', erased!).delete()

      const { events } = readNdjson(await bytes())

      assert.isUndefined(events[0].personal)
      assert.property(events[0].body.commitments, 'sourceIp')
      assert.equal(events[1].personal!.sourceIp.value, '203.0.113.9')
    })

    test('holds what the filters let through, and says which', async ({ assert }) => {
      const { connect } = await open()
      const { trail, bytes } = testExport(connect)
      await recordMany(trail, 1_100)
      await recordMany(trail, 40, { type: 'auth.access.denied', outcome: 'failure' })
      await trail.record(WITH_PERSONAL)
      await recordMany(trail, 1_100)
      const wanted = await exportRequestOf({
        type: 'auth.*,!auth.token.refreshed',
        from: '2020-01-01',
        target: '!tel:+221770000000',
      })

      const { events, manifest } = readNdjson(await bytes(wanted))

      assert.lengthOf(events, 41)
      assert.equal(events[40].personal!.sourceIp.value, '203.0.113.9')
      assert.containSubset(manifest, {
        filters: { type: 'auth.*,!auth.token.refreshed', from: '2020-01-01' },
        count: 41,
        firstSeq: 1_101,
        lastSeq: 1_141,
      })
      for (const { body, personal } of await auditRows('audit.', connect())) {
        assert.notInclude(JSON.stringify(body), 'tel:')
        assert.equal(personal.comment, 'target=!tel:+221770000000')
        assert.containSubset(body.details, {
          'filter.type': 'auth.*,!auth.token.refreshed',
          'filter.from': '2020-01-01',
        })
      }
    })

    test('of nothing that the filters let through is a manifest', async ({ assert }) => {
      const { connect } = await open()
      const { trail, bytes } = testExport(connect)
      await recordMany(trail, 30)

      const wanted = await exportRequestOf({ actor: 'nobody' })
      const { events, manifest } = readNdjson(await bytes(wanted))

      assert.isEmpty(events)
      assert.containSubset(manifest, { count: 0, filters: { actor: 'nobody' } })
    })

    test('ends although events keep coming', async ({ assert }) => {
      const { connect } = await open()
      const { trail, start } = testExport(connect)
      await recordMany(trail, 2_100)

      const chunks: Buffer[] = []
      for await (const chunk of await start()) {
        chunks.push(chunk)
        await trail.record({ type: 'auth.access.denied', outcome: 'failure' })
      }

      const { events, manifest } = readNdjson(Buffer.concat(chunks))
      assert.equal(manifest.lastSeq, 2_101)
      assert.lengthOf(events, 2_101)
    })

    test('of a damaged trail shows the damage', async ({ assert }) => {
      const { connect } = await open()
      const { trail, bytes } = testExport(connect)
      await recordMany(trail, 30)
      await withoutGuards(connect, async () => {
        await connect().from('audit_events').where('seq', 7).delete()
        await connect().from('audit_events').where('seq', 9).update({ body: 'no JSON' })
      })

      const lines = (await bytes()).toString().split('\n')
      const csv = await bytes({ format: 'csv' })

      assert.lengthOf(lines, 29 + 1 + 2)
      assert.match(lines[6], /^\{"seq":8,/)
      assert.include(lines[7], '"body":no JSON}')
      assert.include(csv.toString(), ',no JSON\r\n')
    })

    test('that a purge overtakes fails, where a gap would be taken for damage', async ({
      assert,
    }) => {
      const { connect } = await open()
      const { trail, start } = testExport(connect)
      await recordMany(trail, 2_100)
      const purge = () =>
        withoutGuards(connect, () =>
          connect().from('audit_events').where('seq', '<', 1_500).delete()
        )

      const run = await start()
      await assert.rejects(async () => {
        let first = true
        for await (const piece of run) {
          assert.isDefined(piece)
          if (first) await purge()
          first = false
        }
      }, ExportOvertaken)

      const [exported] = await auditRows('audit.exported', connect())
      assert.containSubset(exported.body, { outcome: 'failure', reasonCode: 'export_overtaken' })
    })

    test('of a purged trail begins where the trail does', async ({ assert }) => {
      const { connect } = await open()
      const { trail, bytes } = testExport(connect)
      await recordMany(trail, 60)
      await withoutGuards(connect, () =>
        connect().from('audit_events').where('seq', '<', 41).delete()
      )

      const { events, manifest } = readNdjson(await bytes())

      assert.equal(manifest.firstSeq, 41)
      assert.notEqual(events[0].prevFingerprint, GENESIS.fingerprint)
    })

    test('that cannot be announced does not begin', async ({ assert }) => {
      const { connect } = await open()
      const { start } = testExport(connect)
      await connect().rawQuery('ALTER TABLE audit_heads RENAME TO hidden')

      await assert.rejects(() => start(), RecordingUnavailable)
    })

    test('that cannot be read at all fails before its first byte', async ({ assert }) => {
      const { connect } = await open()
      const recorder = new RecordingEventRecorder()
      const { start, logs } = testExport(connect, recorder)
      await connect().rawQuery('ALTER TABLE audit_events RENAME TO hidden')

      await assert.rejects(() => start(), ExportUnavailable)

      assert.deepEqual(
        recorder.events.map(({ type, outcome }) => [type, outcome]),
        [
          ['audit.export_started', 'unknown'],
          ['audit.exported', 'failure'],
        ]
      )
      assert.notMatch(logs.join(), /select/i)
    })

    test('whose database fails half-way is cut and told of', async ({ assert }) => {
      const { connect } = await open()
      const { trail, start } = testExport(connect)
      await recordMany(trail, 1_000)
      await recordMany(trail, 200, { comment: 'This one has a personal value' })
      const run = await start()

      await run.next()
      await connect().rawQuery('ALTER TABLE audit_personal_values RENAME TO hidden')
      await assert.rejects(async () => {
        for await (const piece of run) assert.isDefined(piece)
      }, ExportUnavailable)

      await connect().rawQuery('ALTER TABLE hidden RENAME TO audit_personal_values')

      const [exported] = await auditRows('audit.exported', connect())
      const { count } = exported.body.details!
      assert.containSubset(exported.body, {
        outcome: 'failure',
        reasonCode: 'export_unavailable',
        details: { partial: true, firstSeq: 1, lastSeq: count },
      })
      assert.isBelow(count as number, 1_200)
    })

    test('whose end cannot be recorded is not taken for whole', async ({ assert }) => {
      const { connect } = await open()
      const recorder = new RecordingEventRecorder()
      const { trail, start } = testExport(connect, recorder)
      await recordMany(trail, 10)
      const run = await start()
      recorder.fail()

      await assert.rejects(async () => {
        for await (const piece of run) assert.isDefined(piece)
      }, RecordingUnavailable)
    })

    test('that is given up is told of, once, also when nothing was taken', async ({ assert }) => {
      const { connect } = await open()
      const { trail, start } = testExport(connect)
      await recordMany(trail, 1_100)

      const untouched = await start()
      await untouched.return()
      await untouched.return()
      for await (const piece of await start()) {
        assert.isDefined(piece)
        break
      }

      const exported = await auditRows('audit.exported', connect())
      assert.lengthOf(exported, 2)
      for (const { body } of exported) {
        assert.containSubset(body, {
          outcome: 'failure',
          reasonCode: 'aborted',
          details: { partial: true, firstSeq: 1 },
        })
        assert.isBelow(body.details!.count as number, 1_100)
      }
    })

    test('is cut when the process ends, and never mistaken for whole', async ({ assert }) => {
      const { connect } = await open()
      const { trail, exports, start } = testExport(connect)
      await recordMany(trail, 1_100)
      const run = await start()
      await run.next()

      await exports.close()

      await assert.rejects(() => run.next(), ExportStopped)
      const [exported] = await auditRows('audit.exported', connect())
      assert.equal(exported.body.reasonCode, 'service_stopping')
      assert.isTrue(exports.stopping.aborted)
    })
  })
}
