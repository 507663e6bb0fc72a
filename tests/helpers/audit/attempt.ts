/*
|--------------------------------------------------------------------------
| A process that dies in the middle of a token request
|--------------------------------------------------------------------------
|
| node attempt.ts <place as JSON> <attempt id>
|
*/

import { processTrail } from '#tests/helpers/audit/process_trail'

const { trail } = processTrail()

await trail.record({
  type: 'auth.token.requested',
  outcome: 'unknown',
  attemptId: process.argv[3],
  correlationId: 'request-1',
  target: { type: 'oauth_client', id: 'orange' },
})

process.kill(process.pid, 'SIGKILL')
