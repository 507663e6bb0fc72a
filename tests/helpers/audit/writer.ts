/*
|--------------------------------------------------------------------------
| A second process that records events
|--------------------------------------------------------------------------
|
| node writer.ts <place as JSON> <how many events> <name of the writer>
|
*/

import { processTrail } from '#tests/helpers/audit/process_trail'

const [count, name] = process.argv.slice(3)
const { trail, close } = processTrail()

for (let number = 1; number <= Number(count); number++) {
  await trail.record({
    type: 'auth.access.denied',
    outcome: 'failure',
    correlationId: `${name}-${number}`,
  })
}

await close()
