/*
|--------------------------------------------------------------------------
| A process that records events, some of them in transactions that fail
|--------------------------------------------------------------------------
|
| node mixed_writer.ts <place as JSON> <how many rounds> <name of the writer> <seed>
|
| Prints what became of each event, see MixedOutcome.
|
*/

import { processConnection } from '#tests/helpers/audit/process_trail'
import { testTrail } from '#tests/helpers/audit/test_trail'
import { seededRandom } from '#tests/helpers/seeded_random'

/** The correlation ids of the events, by what their caller was told. */
export interface MixedOutcome {
  acknowledged: string[]
  rolledBack: string[]
  refused: string[]
}

/** Of the transactions. */
const ROLLED_BACK_SHARE = 0.4

const [rounds, name, seed] = process.argv.slice(3)
const random = seededRandom(Number(seed))
const { connect, close } = processConnection()
const { trail } = testTrail(connect)
const outcome: MixedOutcome = { acknowledged: [], rolledBack: [], refused: [] }
let events = 0

function fresh(atMost: number): string[] {
  const count = 1 + Math.floor(random() * atMost)
  return Array.from({ length: count }, () => `${name}-${++events}`)
}

const eventOf = (correlationId: string) =>
  ({ type: 'access.user.created', outcome: 'success', correlationId, comment: 'why' }) as const

async function alone(id: string): Promise<void> {
  await trail.record(eventOf(id)).then(
    () => outcome.acknowledged.push(id),
    () => outcome.refused.push(id)
  )
}

async function joined(ids: string[], fails: boolean): Promise<void> {
  const change = new Error('The change itself fails')
  const done = connect().transaction(async (trx) => {
    for (const id of ids) await trail.record(eventOf(id), trx)
    if (fails) throw change
  })

  await done.then(
    () => outcome.acknowledged.push(...ids),
    (error) => outcome[error === change ? 'rolledBack' : 'refused'].push(...ids)
  )
}

for (let round = 0; round < Number(rounds); round++) {
  const singles = fresh(3).map(alone)
  await Promise.all([...singles, joined(fresh(3), random() < ROLLED_BACK_SHARE)])
}

await close()
process.stdout.write(JSON.stringify(outcome))
