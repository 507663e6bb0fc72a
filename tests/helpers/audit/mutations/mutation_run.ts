import type { QueryClientContract, TransactionClientContract } from '@adonisjs/lucid/types/database'
import { ChainStore } from '#audit/stores/chain_store'
import { ChainVerifier } from '#audit/verification/chain_verifier'
import type { TrailVerdict } from '#audit/verification/verdict'
import { beside } from '#tests/helpers/audit/mutations/beside'
import { Dice } from '#tests/helpers/audit/mutations/dice'
import { edits } from '#tests/helpers/audit/mutations/edits'
import { ends } from '#tests/helpers/audit/mutations/ends'
import { genuineTrail } from '#tests/helpers/audit/mutations/genuine_trail'
import { moves } from '#tests/helpers/audit/mutations/moves'
import type { Kind } from '#tests/helpers/audit/mutations/mutation'
import { rewriting } from '#tests/helpers/audit/mutations/rewriting'
import { type GenuineTrail, storeState } from '#tests/helpers/audit/mutations/trail_state'
import { testKeys } from '#tests/helpers/audit/test_trail'

const KINDS: Record<string, Kind> = { ...edits, ...moves, ...rewriting, ...ends, ...beside }

export interface MutationRunOptions {
  seed: number
  trails: number
  mutationsPerTrail: number
}

export interface MutationRunResult {
  trails: number
  falseAlarms: string[]
  mutations: number
  undetected: string[]

  /** Found, but at another event than where it is. */
  misplaced: string[]
  byKind: Record<string, number>
}

const TRAILS_PER_TABLE = 50

/** Records trails, verifies them, and verifies them again each time they have been tampered with. */
export async function runMutations(
  connect: () => QueryClientContract,
  { seed, trails, mutationsPerTrail }: MutationRunOptions
): Promise<MutationRunResult> {
  const result: MutationRunResult = {
    trails: 0,
    falseAlarms: [],
    mutations: 0,
    undetected: [],
    misplaced: [],
    byKind: Object.fromEntries(Object.keys(KINDS).map((name) => [name, 0])),
  }

  for (let number = 0; number < trails; number++) {
    // Made anew now and then: what is rolled back stays in PostgreSQL's tables, and slows every scan.
    if (number % TRAILS_PER_TABLE === 0) await dropConstraints(connect())
    const dice = new Dice(seed + number)
    const trx = await connect().transaction()
    try {
      const trail = await genuineTrail(trx, dice)
      await tryClean(trx, trail, { result, where: `seed ${seed + number}` })
      for (let round = 0; round < mutationsPerTrail; round++) {
        const where = `seed ${seed + number}, mutation ${round}`
        await tryMutation(trx, trail, { result, where, dice })
      }
    } finally {
      await trx.rollback()
    }
  }
  return result
}

/** Whoever owns the database can also do without its constraints, and without its triggers. */
async function dropConstraints(client: QueryClientContract): Promise<void> {
  for (const table of ['audit_personal_values', 'audit_events', 'audit_purges']) {
    await client.rawQuery(`CREATE TABLE ${table}_free AS SELECT * FROM ${table}`)
    await client.rawQuery(`DROP TABLE ${table}`)
    await client.rawQuery(`ALTER TABLE ${table}_free RENAME TO ${table}`)
  }
}

async function tryClean(
  trx: TransactionClientContract,
  trail: GenuineTrail,
  { result, where }: { result: MutationRunResult; where: string }
): Promise<void> {
  await storeState(trx, trail)
  const verdict = await verify(trx, trail)
  result.trails += 1
  if (!verdict.valid || verdict.count !== trail.rows.length) {
    result.falseAlarms.push(`${where}: ${JSON.stringify(verdict)}`)
  }
}

async function tryMutation(
  trx: TransactionClientContract,
  trail: GenuineTrail,
  { result, where, dice }: { result: MutationRunResult; where: string; dice: Dice }
): Promise<void> {
  const name = dice.pick(Object.keys(KINDS))
  const mutation = KINDS[name](trail, dice)
  if (!mutation) return tryMutation(trx, trail, { result, where, dice })

  await storeState(trx, mutation.state)
  const { valid, firstBadSeq, problem } = await verify(trx, trail)
  result.mutations += 1
  result.byKind[name] += 1

  const story = `${where}, ${name}: ${problem} at ${firstBadSeq}, but it is ${mutation.firstBadSeq} (groups ${trail.groups})`
  if (valid) result.undetected.push(story)
  else if (hasPlace(name) && firstBadSeq !== mutation.firstBadSeq) result.misplaced.push(story)
}

/**
 * Two rows of one number come in no order once the key is dropped, and may come in
 * another one with every query: that they are found is all that can be asked for.
 */
function hasPlace(name: string): boolean {
  return name !== 'numberTwice'
}

function verify(trx: TransactionClientContract, trail: GenuineTrail): Promise<TrailVerdict> {
  return new ChainVerifier({
    store: new ChainStore(() => trx, 'main'),
    keys: testKeys,
    async *outside() {
      yield* trail.checkpoints
    },
  }).verify()
}
