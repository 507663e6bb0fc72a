/*
|--------------------------------------------------------------------------
| Several processes write one chain
|--------------------------------------------------------------------------
|
| MANY_WRITERS_SEED repeats a run: which events stand alone, which in a transaction, which
| of those are rolled back. MANY_WRITERS_ROUNDS makes it longer.
|
*/

import { test } from '@japa/runner'
import { ChainStore } from '#audit/stores/chain_store'
import { ChainVerifier } from '#audit/verification/chain_verifier'
import { auditDatabases } from '#tests/helpers/audit/audit_database'
import { startMixedWriter } from '#tests/helpers/audit/other_processes'
import { testKeys } from '#tests/helpers/audit/test_trail'
import { auditRows } from '#tests/helpers/audit_rows'

const WRITERS = 4
const ROUNDS = Number(process.env.MANY_WRITERS_ROUNDS ?? 100)
const SEED = Number(process.env.MANY_WRITERS_SEED ?? Date.now() % 1_000_000)

for (const { name, open } of auditDatabases) {
  test.group(`Four processes on one chain on ${name}`, () => {
    test('D9 | every acknowledged event stands there once, none that was rolled back', async ({
      assert,
    }) => {
      const { connect, place } = await open()

      const outcomes = await Promise.all(
        Array.from({ length: WRITERS }, (_, index) =>
          startMixedWriter(place, ROUNDS, { name: `writer-${index}`, seed: SEED + index })
        )
      )

      const all = (key: keyof (typeof outcomes)[number]) => outcomes.flatMap((each) => each[key])
      const [acknowledged, rolledBack] = [all('acknowledged'), all('rolledBack')]
      assert.deepEqual(all('refused'), [])
      assert.isNotEmpty(rolledBack)

      const verifier = new ChainVerifier({ store: new ChainStore(connect, 'main'), keys: testKeys })
      const verdict = await verifier.verify()
      assert.containSubset(verdict, { valid: true, count: acknowledged.length, firstSeq: 1 })

      const events = await auditRows('', connect())
      const writers = events.map(({ body }) => body.correlationId!.split('-')[1])
      const handovers = writers.filter((writer, index) => writer !== writers[index - 1]).length
      const figures = { events: events.length, rolledBack: rolledBack.length, handovers }
      console.log(`${name}, seed ${SEED}: ${JSON.stringify(figures)}`)
      assert.deepEqual(
        events.map(({ seq }) => seq),
        events.map((_, index) => index + 1)
      )
      assert.sameMembers(
        events.map(({ body }) => body.correlationId),
        acknowledged
      )
      assert.isTrue(events.every(({ personal }) => personal.comment === 'why'))
      assert.lengthOf(await connect().from('audit_personal_values'), acknowledged.length)

      assert.isAbove(handovers, WRITERS, 'they wrote at the same time')
    }).timeout(120_000)
  })
}
