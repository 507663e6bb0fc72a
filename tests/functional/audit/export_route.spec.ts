import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { test } from '@japa/runner'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import { AuditExport } from '#audit/export/audit_export'
import type { SignedManifest } from '#audit/export/manifest'
import type { AuditBody } from '#audit/recording/audit_body'
import { auditDatabases } from '#tests/helpers/audit/audit_database'
import { readNdjson } from '#tests/helpers/audit/export_check'
import { recordMany, testExport } from '#tests/helpers/audit/test_export'
import { auditRows } from '#tests/helpers/audit_rows'
import { eventually } from '#tests/helpers/eventually'
import { RecordingEventRecorder } from '#tests/helpers/recording_event_recorder'
import { bearer, createUser, tokenOf } from '#tests/helpers/users'

const EXPORT = '/api/audit/export'

/** Starts a request and hands over the answer as it begins to arrive. */
async function openAnswer(path: string, token: string): Promise<IncomingMessage> {
  const request = get({
    host: '127.0.0.1',
    port: process.env.PORT,
    path,
    headers: { authorization: `Bearer ${token}` },
  })
  const [answer] = await once(request, 'response')
  return answer
}

function readManifestLine(text: string): SignedManifest {
  return JSON.parse(text.trimEnd().split('\n').at(-1)!) as SignedManifest
}

/** Some 11 KB an event. */
const LARGE = {
  details: Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [`detail${index}`, 'x'.repeat(500)])
  ),
}

async function eventuallyExported(connect: () => QueryClientContract) {
  const exported = async () => {
    const rows = await connect().from('audit_events').where('event_type', 'audit.exported')
    return rows.map((row) => ({ body: JSON.parse(row.body) as AuditBody }))
  }
  await eventually(async () => (await exported()).length > 0, 'the end of the export is recorded')
  return (await exported())[0]
}

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** What the process holds, in bytes. */
function held(): number {
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

test.group('GET /api/audit/export', () => {
  test('hands the trail of the application to a reviewer', async ({ assert, client }) => {
    const reviewer = await createUser('reviewer')

    const answer = await client.get(EXPORT).bearerToken(await tokenOf(reviewer))

    answer.assertStatus(200)
    answer.assertHeader('content-type', 'application/x-ndjson')
    answer.assertHeader('cache-control', 'no-store')
    assert.match(
      answer.header('content-disposition')!,
      /^attachment; filename="audit-main-\d{8}T\d{6}Z\.ndjson"$/
    )
    const [started] = (await auditRows('audit.export_started')).slice(-1)
    const [exported] = (await auditRows('audit.exported')).slice(-1)
    const actor = { actorId: String(reviewer.id), actorRole: 'reviewer' }
    for (const { body, personal } of [started, exported]) {
      assert.containSubset(body, { ...actor, correlationId: answer.header('x-request-id') })
      assert.equal(personal.sourceIp, '127.0.0.1')
    }
  })

  test('hands out CSV', async ({ client }) => {
    const answer = await client.get(`${EXPORT}?format=csv`).bearerToken(await bearer('reviewer'))

    answer.assertStatus(200)
    answer.assertHeader('content-type', 'text/csv; charset=utf-8; header=present')
    answer.assertTextIncludes('seq,eventId,eventType')
    answer.assertTextIncludes('#manifest,"{""manifest"":')
  })

  test('refuses a format that it does not know, and records nothing', async ({
    client,
    assert,
  }) => {
    const before = (await auditRows('audit.export_started')).length

    const answer = await client.get(`${EXPORT}?format=xml`).bearerToken(await bearer('reviewer'))

    answer.assertStatus(422)
    assert.lengthOf(await auditRows('audit.export_started'), before)
  })

  test('takes the filters of a search, and refuses what is none of them', async ({
    client,
    assert,
  }) => {
    const token = await bearer('reviewer')
    const filtered = await client
      .get(`${EXPORT}?type=auth.token.*,!auth.token.expired&actor=nobody-at-all`)
      .bearerToken(token)
    filtered.assertStatus(200)
    const { manifest } = readManifestLine(filtered.text())
    assert.deepEqual(manifest.filters, {
      type: 'auth.token.*,!auth.token.expired',
      actor: 'nobody-at-all',
    })
    assert.equal(manifest.count, 0)

    for (const query of ['typ=auth.*', 'limit=10', 'type=a&type=b', 'from=yesterday', 'type=']) {
      const refused = await client.get(`${EXPORT}?${query}`).bearerToken(token)
      refused.assertStatus(422)
    }
  })

  test('answers HEAD without exporting', async ({ client, assert }) => {
    const before = (await auditRows('audit.export_started')).length

    const answer = await client.head(EXPORT).bearerToken(await bearer('reviewer'))

    answer.assertStatus(200)
    answer.assertHeader('content-type', 'application/x-ndjson')
    assert.lengthOf(await auditRows('audit.export_started'), before)
  })

  test('answers 503 when it cannot be recorded', async ({ client, swap }) => {
    const recorder = new RecordingEventRecorder()
    recorder.fail()
    const { connect } = await auditDatabases[0].open()
    swap(AuditExport, testExport(connect, recorder).exports)

    const answer = await client.get(EXPORT).bearerToken(await bearer('reviewer'))

    answer.assertStatus(503)
    answer.assertHeader('content-type', 'application/problem+json')
    answer.assertBodyContains({ code: 'recording_unavailable', retryable: true })
  })

  test('answers 503 when the trail cannot be read', async ({ client, swap }) => {
    const { connect } = await auditDatabases[0].open()
    swap(AuditExport, testExport(connect, new RecordingEventRecorder()).exports)
    await connect().rawQuery('ALTER TABLE audit_events RENAME TO hidden')

    const answer = await client.get(EXPORT).bearerToken(await bearer('reviewer'))

    answer.assertStatus(503)
    answer.assertHeaderMissing('content-disposition')
    answer.assertBodyContains({ code: 'export_unavailable', retryable: true })
  })
})

for (const { name, open } of auditDatabases) {
  test.group(`GET /api/audit/export on ${name}`, (group) => {
    group.each.timeout(60_000)

    test('arrives as it was recorded', async ({ assert, swap }) => {
      const { connect } = await open()
      const { trail, exports } = testExport(connect)
      swap(AuditExport, exports)
      await recordMany(trail, 2_100)

      const answer = await openAnswer(EXPORT, await bearer('reviewer'))
      const { manifest } = readNdjson(await buffer(answer))

      assert.equal(manifest.count, 2_101)
      assert.lengthOf(await auditRows('audit.exported', connect()), 1)
    })

    test('H8 | a client that goes away ends the export, which is told of', async ({
      assert,
      swap,
    }) => {
      const { connect } = await open()
      const { trail, exports } = testExport(connect)
      swap(AuditExport, exports)
      await recordMany(trail, 1_500, LARGE)

      const answer = await openAnswer(EXPORT, await bearer('reviewer'))
      await once(answer, 'data')
      answer.destroy()

      const exported = await eventuallyExported(connect)
      assert.containSubset(exported.body, {
        outcome: 'failure',
        reasonCode: 'aborted',
        details: { partial: true, firstSeq: 1 },
      })
      assert.isBelow(exported.body.details!.count as number, 1_500)
    })

    test('a database that fails half-way cuts the answer', async ({ assert, swap }) => {
      const { connect } = await open()
      const recorder = new RecordingEventRecorder()
      const { trail, exports } = testExport(connect, recorder)
      swap(AuditExport, exports)
      await recordMany(trail, 1_500, LARGE)

      const answer = await openAnswer(EXPORT, await bearer('reviewer'))
      await connect().rawQuery('ALTER TABLE audit_events RENAME TO hidden')
      await assert.rejects(() => buffer(answer), /aborted/)

      const { outcome, reasonCode, details } = recorder.events.at(-1)!
      assert.deepEqual([outcome, reasonCode], ['failure', 'export_unavailable'])
      assert.containSubset(details, { partial: true, firstSeq: 1, lastSeq: details!.count })
      assert.isBelow(details!.count as number, 1_500)
    })

    test('H8 | a slow reader costs no memory', async ({ assert, swap }) => {
      const { connect } = await open()
      const { trail, exports } = testExport(connect)
      swap(AuditExport, exports)
      await recordMany(trail, 3_000, LARGE)
      const answer = await openAnswer(EXPORT, await bearer('reviewer'))
      const before = held()

      let most = 0
      let size = 0
      let chunks = 0
      for await (const chunk of answer) {
        size += chunk.length
        if (chunks++ % 50 !== 0) continue
        await pause(10)
        most = Math.max(most, held() - before)
      }

      assert.isAbove(size, 30_000_000)
      assert.isBelow(most, 25_000_000)
    })

    test('H12 | a reader who stands still does not keep the process from ending', async ({
      assert,
      swap,
    }) => {
      const { connect } = await open()
      const { trail, exports } = testExport(connect)
      swap(AuditExport, exports)
      await recordMany(trail, 1_500, LARGE)

      const answer = await openAnswer(EXPORT, await bearer('reviewer'))
      answer.pause()
      await exports.close()

      await assert.rejects(() => buffer(answer), /aborted/)
      const exported = await eventuallyExported(connect)
      assert.equal(exported.body.reasonCode, 'service_stopping')
    })
  })
}
