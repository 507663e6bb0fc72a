import { test } from '@japa/runner'
import app from '@adonisjs/core/services/app'
import { LoggerFactory } from '@adonisjs/core/factories/logger'
import { ChainStore } from '#audit/stores/chain_store'
import { ChainVerifier } from '#audit/verification/chain_verifier'
import { VerifyTrail } from '#audit/verification/verify_trail'
import { EventRecorder } from '#shared/event_recorder'
import { auditDatabases } from '#tests/helpers/audit/audit_database'
import { testKeys, testTrail } from '#tests/helpers/audit/test_trail'
import { withoutGuards } from '#tests/helpers/audit/without_guards'
import { auditRows } from '#tests/helpers/audit_rows'
import { bearer } from '#tests/helpers/users'

const URL = '/api/audit/verify'

/** A trail of this test's own behind the route, and what was logged about it. */
async function trailBehindRoute({ cleanup }: { cleanup: (task: () => void) => void }) {
  const { connect } = await auditDatabases[0].open()
  const { trail, logs, logger } = testTrail(connect)
  for (let number = 1; number <= 5; number++) {
    await trail.record({ type: 'auth.access.denied', outcome: 'failure' })
  }

  const store = new ChainStore(connect, 'main')
  let reads = 0
  const rows = store.wholeRows.bind(store)
  store.wholeRows = (...args) => {
    reads += 1
    return rows(...args)
  }
  const verifier = new ChainVerifier({ store, keys: testKeys })
  const verification = new VerifyTrail({ verifier, recorder: trail, logger })
  app.container.swap(VerifyTrail, () => verification)
  cleanup(() => app.container.restore(VerifyTrail))

  return { connect, verification, logs, reads: () => reads }
}

test.group('POST /api/audit/verify', () => {
  test('tells the verdict on a valid trail, and leaves an event of who asked', async (context) => {
    const { assert, client } = context
    const { connect } = await trailBehindRoute(context)
    const answer = await client.post(URL).bearerToken(await bearer('reviewer'))

    answer.assertStatus(200)
    assert.containSubset(answer.body().data, {
      valid: true,
      count: 5,
      firstSeq: 1,
      lastSeq: 5,
      head: { seq: 5 },
      firstBadSeq: null,
      problem: null,
      message: 'Valid: 5 events, 1 to 5.',
    })
    const [event] = await auditRows('audit.verified', connect())
    assert.containSubset(event.body, { outcome: 'success', actorRole: 'reviewer', count: 5 })
    assert.exists(event.body.correlationId)
  })

  test('answers 200 for a trail that was tampered with, and raises the alarm', async (context) => {
    const { assert, client } = context
    const { connect, logs } = await trailBehindRoute(context)
    await withoutGuards(connect, () =>
      connect().from('audit_events').where('seq', 3).update({ outcome: 'success' })
    )

    const answer = await client.post(URL).bearerToken(await bearer('reviewer'))
    answer.assertStatus(200)
    assert.containSubset(answer.body().data, {
      valid: false,
      firstBadSeq: 3,
      problem: 'column_changed',
    })
    const [event] = await auditRows('audit.tamper_detected', connect())
    assert.containSubset(event.body, {
      outcome: 'failure',
      severity: 'critical',
      reasonCode: 'column_changed',
      details: { firstBadSeq: 3 },
    })
    assert.containSubset(JSON.parse(logs.at(-1)!), { level: 60, firstBadSeq: 3, recorded: true })
  })

  test('tells the verdict also where nothing can be recorded any more', async (context) => {
    const { assert, client } = context
    const { connect, logs } = await trailBehindRoute(context)
    await connect().from('audit_heads').update({ signature: 'Zm9yZ2Vk' })

    const answer = await client.post(URL).bearerToken(await bearer('reviewer'))
    answer.assertStatus(200)
    assert.containSubset(answer.body().data, { valid: false, problem: 'head_forged' })
    assert.isEmpty(await auditRows('audit.tamper_detected', connect()))
    assert.containSubset(JSON.parse(logs.at(-1)!), { level: 60, recorded: false })
  })

  test('many at once are one verification, and an event each', async (context) => {
    const { assert } = context
    const { connect, verification, reads } = await trailBehindRoute(context)
    const ask = (id: string) => verification.verify({ actor: { type: 'user', id } })

    const verdicts = await Promise.all(['1', '2', '3'].map(ask))
    assert.isTrue(verdicts.every(({ valid }) => valid))
    assert.equal(reads(), 1)
    assert.lengthOf(await auditRows('audit.verified', connect()), 3)
  })

  test('a trail that cannot be read is no verdict: 503', async (context) => {
    const { assert, client } = context
    const { connect } = await trailBehindRoute(context)
    await connect().rawQuery('ALTER TABLE audit_purges RENAME TO hidden')

    const answer = await client.post(URL).bearerToken(await bearer('reviewer'))
    answer.assertStatus(503)
    assert.equal(answer.body().code, 'verification_unavailable')
  })

  test('a valid trail that cannot be written is not told: 503', async (context) => {
    const { connect } = await trailBehindRoute(context)
    const { assert } = context
    const logger = new LoggerFactory().create()
    class Failing extends EventRecorder {
      async record() {
        throw new Error('down')
      }
    }
    const verifier = new ChainVerifier({ store: new ChainStore(connect, 'main'), keys: testKeys })
    const verification = new VerifyTrail({ verifier, recorder: new Failing(), logger })
    await assert.rejects(() => verification.verify({ actor: { type: 'user', id: '1' } }))
  })
})
