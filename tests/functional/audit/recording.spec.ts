import { createHash } from 'node:crypto'
import { test } from '@japa/runner'
import { checkChain } from '#audit/verification/chain_check'
import { isSignedBy } from '#audit/chain/signing_key'
import { headText, type SignedHead } from '#audit/chain/signed_head'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import { auditDatabases } from '#tests/helpers/audit/audit_database'
import { ManualClock } from '#tests/helpers/manual_clock'
import { startWriter } from '#tests/helpers/audit/other_processes'
import { withoutGuards } from '#tests/helpers/audit/without_guards'
import { testSigningKey, testTrail } from '#tests/helpers/audit/test_trail'
import { auditRows, chainRows } from '#tests/helpers/audit_rows'

async function storedHead(client: QueryClientContract): Promise<SignedHead> {
  const row = await client.from('audit_heads').firstOrFail()
  const { chain, fingerprint, signature, key_id: keyId } = row
  return { chain, seq: Number(row.seq), fingerprint, signature, keyId }
}

for (const { name, open } of auditDatabases) {
  test.group(`Recording on ${name}`, () => {
    test('an event stands in the trail once record has resolved', async ({ assert }) => {
      const { connect } = await open()
      const { trail } = testTrail(connect, new ManualClock(Date.UTC(2026, 0, 2, 3, 4, 5, 678)))

      await trail.record({
        type: 'auth.token.generated',
        outcome: 'success',
        reasonCode: 'expired',
        actor: { type: 'user', id: '7', role: 'admin' },
        target: { type: 'oauth_client', id: 'orange' },
        token: { fingerprint: 'f00d', issuedAt: Date.UTC(2026, 0, 1) },
        attemptId: 'attempt-1',
        correlationId: 'request-1',
        httpStatus: 200,
        details: { grant: 'client_credentials' },
      })

      const [{ seq, body }] = await auditRows('', connect())
      const { eventId, ...rest } = body
      assert.equal(seq, 1)
      assert.match(eventId, /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/)
      assert.deepEqual(rest, {
        schemaVersion: 2,
        eventType: 'auth.token.generated',
        occurredAt: '2026-01-02T03:04:05.678Z',
        recordedAt: '2026-01-02T03:04:05.678Z',
        outcome: 'success',
        severity: 'informational',
        reasonCode: 'expired',
        actorType: 'user',
        actorId: '7',
        actorRole: 'admin',
        targetType: 'oauth_client',
        targetId: 'orange',
        tokenFingerprint: 'f00d',
        tokenIssuedAt: '2026-01-01T00:00:00.000Z',
        attemptId: 'attempt-1',
        correlationId: 'request-1',
        httpStatus: 200,
        details: { grant: 'client_credentials' },
        instanceId: 'test:1',
      })
    })

    test('fifty events at once are numbered without a gap and chained', async ({ assert }) => {
      const { connect } = await open()
      const { trail } = testTrail(connect)

      await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          trail.record({ type: 'access.token.issued', outcome: 'success', attemptId: `${index}` })
        )
      )

      const verdict = checkChain(await chainRows(connect()))
      assert.containSubset(verdict, { valid: true, count: 50 })
      const { seq, fingerprint } = verdict.head
      assert.containSubset(await storedHead(connect()), { seq, fingerprint })
    })

    test('two processes share one chain without losing an event', async ({ assert }) => {
      const { connect, place } = await open()

      await Promise.all([startWriter(place, 60, 'left'), startWriter(place, 60, 'right')])

      const verdict = checkChain(await chainRows(connect()))
      assert.containSubset(verdict, { valid: true, count: 120 })
      const events = await auditRows('', connect())
      assert.lengthOf(new Set(events.map(({ body }) => body.correlationId)), 120)
    }).timeout(30_000)

    test('a fingerprint can be recomputed by hand from the rows', async ({ assert }) => {
      const { connect } = await open()
      const { trail } = testTrail(connect)
      await trail.record({ type: 'service.started', outcome: 'success' })
      await trail.record({ type: 'service.stopped', outcome: 'success' })

      const [first, second] = await chainRows(connect())
      const bytes = Buffer.concat([
        Buffer.from([0]),
        Buffer.from(first.fingerprint, 'hex'),
        Buffer.from(second.body, 'utf8'),
      ])

      assert.equal(first.prev_fingerprint, '0'.repeat(64))
      assert.equal(second.fingerprint, createHash('sha256').update(bytes).digest('hex'))
    })

    test('the head is signed, and the signature fits no other position', async ({ assert }) => {
      const { connect } = await open()
      const { trail } = testTrail(connect)
      await trail.record({ type: 'service.started', outcome: 'success' })
      await trail.record({ type: 'service.stopped', outcome: 'success' })

      const head = await storedHead(connect())
      const [first] = await chainRows(connect())
      const { publicKey, keyId } = testSigningKey

      assert.equal(head.keyId, keyId)
      const { seq, fingerprint, signature } = head
      const signs = (text: string) => isSignedBy(publicKey, text, signature)
      assert.isTrue(signs(headText('main', { seq, fingerprint })))
      assert.isFalse(signs(headText('main', first)))
      assert.isFalse(signs(headText('main', { seq: 3, fingerprint })))
      assert.isFalse(signs(headText('other', { seq, fingerprint })))
    })

    test('personal values can be erased without breaking the chain', async ({ assert }) => {
      const { connect } = await open()
      const { trail } = testTrail(connect)
      await trail.record({
        type: 'auth.token.cleared',
        outcome: 'success',
        actor: { type: 'user', id: '7', sourceIp: '192.0.2.9' },
        comment: 'Asked for by Awa',
      })

      const [event] = await auditRows('', connect())
      assert.deepEqual(event.personal, { sourceIp: '192.0.2.9', comment: 'Asked for by Awa' })
      const [row] = await chainRows(connect())
      assert.notInclude(JSON.stringify(row), '192.0.2.9')
      assert.notInclude(JSON.stringify(row), 'Awa')

      const stored = await connect()
        .from('audit_personal_values')
        .where('field', 'sourceIp')
        .firstOrFail()
      const salt = Buffer.from(stored.salt, 'hex')
      const commitment = createHash('sha256').update(salt).update('192.0.2.9').digest('hex')
      assert.equal(event.body.commitments?.sourceIp, commitment)

      await connect().from('audit_personal_values').delete()
      assert.isTrue(checkChain(await chainRows(connect())).valid)
    })

    test('hostile text cannot break a line, a query or the size of a row', async ({ assert }) => {
      const { connect } = await open()
      const { trail } = testTrail(connect)
      const hostile = `a\n\r\0\u001b[31m'); DROP TABLE audit_events;--\u202e\ud800`

      await trail.record({
        type: `auth.access.denied${hostile}`,
        outcome: 'failure',
        reasonCode: hostile.repeat(10_000),
        actor: { type: 'user', id: hostile, role: hostile, sourceIp: hostile.repeat(1_000) },
        target: { type: hostile, id: hostile },
        correlationId: hostile,
        comment: hostile.repeat(100_000),
        details: { [hostile]: hostile.repeat(10_000), __proto__: 'x', nan: Number.NaN },
      })

      const [row] = await chainRows(connect())
      const [{ personal }] = await auditRows('', connect())
      assert.isTrue(checkChain([row]).valid)
      assert.isBelow(row.body.length, 20_000)
      assert.isBelow(personal.comment.length, 7_000)
      const everything = Object.values(row).join('') + Object.values(personal).join('')
      assert.notMatch(everything, /[\p{Cc}\u202e]/u)
    })

    test('changed, missing and added rows are found', async ({ assert }) => {
      const { connect } = await open()
      const { trail } = testTrail(connect)
      for (const id of ['1', '2', '3']) {
        await trail.record({ type: 'access.user.created', outcome: 'success', attemptId: id })
      }

      await withoutGuards(connect, () =>
        connect().from('audit_events').where('seq', 2).update({ actor_id: 'somebody' })
      )
      assert.containSubset(checkChain(await chainRows(connect())), {
        valid: false,
        firstBadSeq: 2,
        problem: 'column_changed',
      })

      await withoutGuards(connect, () => connect().from('audit_events').where('seq', 2).delete())
      assert.containSubset(checkChain(await chainRows(connect())), {
        firstBadSeq: 2,
        problem: 'gap',
      })
    })
  })
}
