import { test } from '@japa/runner'
import type { AuditEvent } from '#shared/event_recorder'
import { auditDatabases } from '#tests/helpers/audit/audit_database'
import { csvRecords } from '#tests/helpers/audit/csv_records'
import { fingerprintByHand, readManifest } from '#tests/helpers/audit/export_check'
import { recordMany, testExport } from '#tests/helpers/audit/test_export'

/** The events as objects of their columns, and the manifest. */
function readCsv(file: Buffer) {
  const text = file.toString()
  const [columns, ...records] = csvRecords(text)
  const [mark, closing] = records.pop()!
  const manifest = readManifest(
    file,
    closing,
    text.slice(text.lastIndexOf('\r\n', text.length - 3) + 2)
  )

  const events = records.map((record) => {
    if (record.length !== columns.length) throw new Error('A record has other fields')
    return Object.fromEntries(record.map((cell, index) => [columns[index], cell]))
  })
  return { mark, manifest, columns, events }
}

for (const { name, open } of auditDatabases) {
  test.group(`A CSV export on ${name}`, () => {
    test('has a column for every field, and what was hashed', async ({ assert }) => {
      const { connect } = await open()
      const { trail, bytes } = testExport(connect)
      await recordMany(trail, 1_100)
      await trail.record({
        type: 'auth.token.cleared',
        outcome: 'success',
        actor: { type: 'user', id: '7', role: 'admin', sourceIp: '203.0.113.9' },
        comment: 'Said "stop", then\nleft; é',
        httpStatus: 204,
        details: { retried: true, tries: 2, note: null },
      })

      const { mark, manifest, columns, events } = readCsv(await bytes({ format: 'csv' }))

      assert.equal(mark, '#manifest')
      assert.containSubset(manifest, { format: 'csv', count: 1_102, firstSeq: 1, lastSeq: 1_102 })
      assert.equal(columns[0], 'seq')
      for (const { prevFingerprint, body, fingerprint } of events) {
        assert.equal(fingerprintByHand(prevFingerprint, body), fingerprint)
      }
      assert.containSubset(events[1_100], {
        seq: '1101',
        eventType: 'auth.token.cleared',
        actorRole: 'admin',
        sourceIp: '203.0.113.9',
        comment: 'Said "stop", then\\u000aleft; é',
        httpStatus: '204',
        tenant: '',
        details: '{"note":null,"retried":true,"tries":2}',
      })
    })

    test('H7 | leaves no cell that a spreadsheet would run', async ({ assert }) => {
      const { connect } = await open()
      const { trail, bytes } = testExport(connect)
      const beginnings = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']
      for (const beginning of beginnings) {
        const text = `${beginning}HYPERLINK("http://evil.test","a;b")`
        await trail.record(hostile(text))
      }

      const { events } = readCsv(await bytes({ format: 'csv' }))

      const attacked = events.slice(0, beginnings.length)
      for (const [index, event] of attacked.entries()) {
        const cells = [event.actorId, event.targetId, event.comment, event.tenant, event.reasonCode]
        for (const cell of cells) {
          assert.match(cell, /^('[=+@＝＋－＠-]|\\u000[9ad])HYPERLINK/, beginnings[index])
        }
        for (const cell of Object.values(event)) assert.notMatch(cell, /^[=+\-@\t\r\n＝＋－＠]/)
      }
    })
  })
}

/** The same text in every field that takes one. */
function hostile(text: string): AuditEvent {
  return {
    type: text,
    outcome: 'failure',
    reasonCode: text,
    actor: { type: 'user', id: text, role: text },
    target: { type: text, id: text },
    tenant: text,
    correlationId: text,
    upstreamCode: text,
    comment: text,
    details: { [text]: text },
  }
}
