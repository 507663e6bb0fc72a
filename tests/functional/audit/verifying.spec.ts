import canonicalize from 'canonicalize'
import { test } from '@japa/runner'
import { fingerprintOf } from '#audit/chain/position'
import { ChainStore } from '#audit/stores/chain_store'
import { ChainVerifier } from '#audit/verification/chain_verifier'
import type { AuditDatabase } from '#tests/helpers/audit/audit_database'
import { auditDatabases } from '#tests/helpers/audit/audit_database'
import { testKeys, testTrail } from '#tests/helpers/audit/test_trail'
import { withoutGuards } from '#tests/helpers/audit/without_guards'

/** Twelve events, each committed by itself. */
async function trailOf(connect: AuditDatabase['connect'], events = 12) {
  const { trail } = testTrail(connect)
  for (let number = 1; number <= events; number++) {
    await trail.record({
      type: 'auth.token.requested',
      outcome: 'success',
      attemptId: `a-${number}`,
      actor: { type: 'user', id: '7', sourceIp: '192.0.2.1' },
    })
  }
}

function verify(connect: AuditDatabase['connect']) {
  return new ChainVerifier({ store: new ChainStore(connect, 'main'), keys: testKeys }).verify()
}

/** What somebody can do who may write everything and has no key: the chain from `seq` on, anew. */
async function rewriteFrom(connect: AuditDatabase['connect'], seq: number, upTo: number) {
  const rows = await connect().from('audit_events').where('seq', '>=', seq).orderBy('seq')
  let previous: string = rows[0].prev_fingerprint

  for (const row of rows.filter((each) => Number(each.seq) <= upTo)) {
    const body = Number(row.seq) === seq ? row.body.replace('"success"', '"failure"') : row.body
    const fingerprint = fingerprintOf(previous, body)
    const change: Record<string, string> = { body, fingerprint, prev_fingerprint: previous }
    if (Number(row.seq) === seq) change.outcome = 'failure'
    await connect().from('audit_events').where('seq', row.seq).update(change)
    previous = fingerprint
  }
  return previous
}

for (const { name, open } of auditDatabases) {
  test.group(`Verifying a trail on ${name}`, () => {
    test('an untouched trail is valid, and an empty one too', async ({ assert }) => {
      const { connect } = await open()
      assert.containSubset(await verify(connect), { valid: true, count: 0, lastSeq: null })

      await trailOf(connect)
      assert.containSubset(await verify(connect), {
        valid: true,
        count: 12,
        firstSeq: 1,
        lastSeq: 12,
        firstBadSeq: null,
        problem: null,
        erased: 0,
      })
    })

    test('a chain that was rewritten to its end is told from its first changed event on', async ({
      assert,
    }) => {
      const { connect } = await open()
      await trailOf(connect)
      await withoutGuards(connect, async () => {
        const fingerprint = await rewriteFrom(connect, 5, 12)
        await connect().from('audit_heads').update({ fingerprint })
      })

      assert.containSubset(await verify(connect), { firstBadSeq: 5, problem: 'rewritten' })
    })

    test('a chain that was rewritten in the middle, too', async ({ assert }) => {
      const { connect } = await open()
      await trailOf(connect)
      await withoutGuards(connect, () => rewriteFrom(connect, 5, 8))
      assert.containSubset(await verify(connect), { firstBadSeq: 5, problem: 'rewritten' })
    })

    test('one event with a new fingerprint of its own is the bad one', async ({ assert }) => {
      const { connect } = await open()
      await trailOf(connect)
      await withoutGuards(connect, () => rewriteFrom(connect, 5, 5))
      assert.containSubset(await verify(connect), { firstBadSeq: 5, problem: 'rewritten' })
    })

    test('events behind the head are the bad ones', async ({ assert }) => {
      const { connect } = await open()
      await trailOf(connect)
      await withoutGuards(connect, async () => {
        const last = await connect().from('audit_events').where('seq', 12).firstOrFail()
        const eventId = '00000000-0000-4000-8000-000000000000'
        const text = canonicalize({ ...JSON.parse(last.body), eventId, headSignature: undefined })!
        const forged = {
          seq: 13,
          event_id: eventId,
          body: text,
          prev_fingerprint: last.fingerprint,
          fingerprint: fingerprintOf(last.fingerprint, text),
        }
        await connect()
          .table('audit_events')
          .insert({ ...last, ...forged })
      })

      assert.containSubset(await verify(connect), {
        firstBadSeq: 13,
        problem: 'events_behind_head',
      })
    })

    test('a tail that was cut with its head is missing from its first event on', async ({
      assert,
    }) => {
      const { connect } = await open()
      await trailOf(connect)
      await withoutGuards(connect, async () => {
        await connect().from('audit_personal_values').delete()
        await connect().from('audit_events').where('seq', '>', 9).delete()
      })

      assert.containSubset(await verify(connect), { firstBadSeq: 10, problem: 'gap' })
    })

    test('a changed address is found, an erased one is counted', async ({ assert }) => {
      const { connect } = await open()
      await trailOf(connect)
      const { event_id: third } = await connect().from('audit_events').where('seq', 3).firstOrFail()
      await connect().from('audit_personal_values').where('event_id', third).delete()
      assert.containSubset(await verify(connect), { valid: true, erased: 1 })

      const { event_id: fifth } = await connect().from('audit_events').where('seq', 5).firstOrFail()
      await withoutGuards(connect, async () => {
        await connect()
          .from('audit_personal_values')
          .where('event_id', fifth)
          .update({ value: '192.0.2.99' })
      })
      assert.containSubset(await verify(connect), {
        firstBadSeq: 5,
        problem: 'personal_value_changed',
      })
    })
  })
}
