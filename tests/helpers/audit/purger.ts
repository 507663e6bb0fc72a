/*
|--------------------------------------------------------------------------
| A process that dies in the middle of a purge
|--------------------------------------------------------------------------
|
| node purger.ts <place as JSON> <the time in milliseconds> <retention in days> <after how many events>
|
*/

import { processConnection } from '#tests/helpers/audit/process_trail'
import { testPurge } from '#tests/helpers/audit/test_purge'
import { ManualClock } from '#tests/helpers/manual_clock'

const [now, retentionDays, last] = process.argv.slice(3).map(Number)
const { connect } = processConnection()

await testPurge(connect, new ManualClock(now), retentionDays).purge.run({
  progress: (removed) => {
    if (removed >= last) process.kill(process.pid, 'SIGKILL')
  },
})
