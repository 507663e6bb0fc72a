/*
|--------------------------------------------------------------------------
| Commits whose answer never comes
|--------------------------------------------------------------------------
|
| UNKNOWN_COMMITS_SEED repeats a run: which commits are lost, and on which way.
|
*/

import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { checkChain } from '#audit/verification/chain_check'
import { type AuditEvent, RecordingUnavailable } from '#shared/event_recorder'
import { CommitFailed } from '#shared/transaction'
import { auditDatabases, connectionTo } from '#tests/helpers/audit/audit_database'
import { type Loss, lossyLine } from '#tests/helpers/audit/lossy_line'
import { testTrail } from '#tests/helpers/audit/test_trail'
import { auditRows, chainRows } from '#tests/helpers/audit_rows'
import { seededRandom } from '#tests/helpers/seeded_random'

const SEED = Number(process.env.UNKNOWN_COMMITS_SEED ?? Date.now() % 1_000_000)
const EVENT: AuditEvent = { type: 'access.user.created', outcome: 'success', comment: 'why' }

const postgres = auditDatabases.find(({ name }) => name === 'PostgreSQL')

/** A trail whose line to PostgreSQL loses commits, and one beside it whose line is good. */
async function lossyTrail(context: TestContext) {
  const { connect, place } = await postgres!.open()
  if (place.dialect !== 'PostgreSQL') throw new Error('PostgreSQL is meant')
  const line = await lossyLine(context, new URL(place.url))
  const connectBadly = connectionTo({ ...place, url: line.url.href, queryTimeoutMs: 500 })

  return {
    line,
    connect,
    lossy: testTrail(connectBadly),
    good: testTrail(connect),
    lose(...losses: Loss[]) {
      line.next = () => losses.shift()
    },
    ids: async () => {
      assertValid(await chainRows(connect()))
      return (await auditRows('', connect())).map(({ body }) => body.correlationId)
    },
  }
}

function assertValid(rows: Awaited<ReturnType<typeof chainRows>>) {
  const { valid, problem } = { problem: null, ...checkChain(rows) }
  if (!valid) throw new Error(`The chain is broken: ${problem}`)
}

test.group('Recording when the answer to COMMIT never comes', (group) => {
  group.tap((one) => one.skip(!postgres, 'no PostgreSQL'))

  test('D2 | lost on the way {$self}: recorded once, and acknowledged')
    .with(['question', 'answer'] as const)
    .run(async (context, loss) => {
      const { assert } = context
      const { line, lossy, lose, ids } = await lossyTrail(context)
      await lossy.trail.record({ ...EVENT, correlationId: 'before' })

      lose(loss)
      await lossy.trail.record({ ...EVENT, correlationId: 'lost' })
      await lossy.trail.record({ ...EVENT, correlationId: 'after' })

      assert.equal(line.lost, 1)
      assert.deepEqual(await ids(), ['before', 'lost', 'after'])
      assert.isEmpty(lossy.logs)
    })

  test('D2 | fifty events of one group are each recorded once', async (context) => {
    const { assert } = context
    const { line, connect, lossy, lose, ids } = await lossyTrail(context)
    const names = Array.from({ length: 50 }, (_, index) => `event-${index}`)

    lose('answer')
    await Promise.all(names.map((correlationId) => lossy.trail.record({ ...EVENT, correlationId })))

    assert.equal(line.lost, 1)
    assert.deepEqual(await ids(), names)
    assert.lengthOf(await connect().from('audit_personal_values'), names.length)
  })

  test('D2 | nobody answers any more: recorded once, and acknowledged over another connection', async (context) => {
    const { assert } = context
    const { line, lossy, lose, ids } = await lossyTrail(context)
    await lossy.trail.record({ ...EVENT, correlationId: 'before' })

    lose('silence')
    await lossy.trail.record({ ...EVENT, correlationId: 'lost' })
    await lossy.trail.record({ ...EVENT, correlationId: 'after' })

    assert.equal(line.lost, 1)
    assert.deepEqual(await ids(), ['before', 'lost', 'after'])
  })

  test('D2 | lost twice: the caller is refused, and the event stands there at most once', async (context) => {
    const { assert } = context
    const { line, lossy, lose, ids } = await lossyTrail(context)

    lose('answer', 'answer')
    await assert.rejects(
      () => lossy.trail.record({ ...EVENT, correlationId: 'lost' }),
      RecordingUnavailable
    )
    await lossy.trail.record({ ...EVENT, correlationId: 'after' })

    assert.equal(line.lost, 2)
    assert.deepEqual(await ids(), ['lost', 'after', undefined])
  })

  test('D2 | a change whose commit is lost is not called done, and leaves no event', async (context) => {
    const { assert } = context
    const { line, lossy, lose, ids } = await lossyTrail(context)
    const change = (correlationId: string) =>
      lossy.store.transaction((trx) => lossy.trail.record({ ...EVENT, correlationId }, trx))

    lose('question')
    await assert.rejects(() => change('lost'), CommitFailed)
    await change('again')

    assert.equal(line.lost, 1)
    assert.deepEqual(await ids(), ['again'])
  })

  test('D2 | again and again, beside another writer: every acknowledged event once', async (context) => {
    const { assert } = context
    const { line, lossy, good, ids } = await lossyTrail(context)
    const random = seededRandom(SEED)
    // Never two in a row: each loss is met by a try that succeeds.
    let spared = false
    line.next = () => {
      spared = !spared
      if (spared || random() < 0.3) return undefined
      return random() < 0.5 ? 'question' : 'answer'
    }

    const recorded: string[] = []
    const work = async (name: string, { trail }: typeof lossy) => {
      for (let number = 1; number <= 60; number++) {
        const correlationId = `${name}-${number}`
        await trail.record({ ...EVENT, correlationId })
        recorded.push(correlationId)
      }
    }
    await Promise.all([work('lossy', lossy), work('good', good)])

    console.log(`seed ${SEED}: ${line.lost} commits lost, ${recorded.length} events`)
    assert.isAbove(line.lost, 5)
    assert.sameMembers(await ids(), recorded)
  }).timeout(60_000)
})
