import { randomInt } from 'node:crypto'
import { test } from '@japa/runner'
import { auditDatabases } from '#tests/helpers/audit/audit_database'
import { runMutations } from '#tests/helpers/audit/mutations/mutation_run'

/**
 * The long run: AUDIT_MUTATION_TRAILS=1000 npm test -- functional --files='audit/mutations*'
 * tries ten mutations on each of so many trails. AUDIT_MUTATION_SEED repeats a run.
 */
const trails = Number(process.env.AUDIT_MUTATION_TRAILS ?? 30)
const seed = Number(process.env.AUDIT_MUTATION_SEED ?? randomInt(2 ** 31))

const NOTHING = { falseAlarms: [], undetected: [], misplaced: [] }

for (const { name, open } of auditDatabases) {
  test.group(`Tampering with a trail on ${name}`, () => {
    test('is always found, at its first event, and never where there is none', async ({
      assert,
    }) => {
      const { connect } = await open()
      const started = performance.now()
      const result = await runMutations(connect, { seed, trails, mutationsPerTrail: 10 })

      const seconds = Math.round((performance.now() - started) / 1000)
      console.log(
        `Mutations on ${name}: seed ${seed}, ${result.trails} clean trails, ${result.mutations} mutations in ${seconds} s`
      )
      if (trails > 100) console.log(JSON.stringify(result.byKind))
      const { falseAlarms, undetected, misplaced } = result
      assert.deepEqual({ falseAlarms, undetected, misplaced }, NOTHING)
      assert.equal(result.mutations, trails * 10)
    }).timeout(60_000 + trails * 2_000)
  })
}
