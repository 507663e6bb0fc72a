/*
|--------------------------------------------------------------------------
| One of several processes that change one token in a database
|--------------------------------------------------------------------------
|
| node database_counter.ts <place as JSON> <key> <how many tries>
|
| Prints how often it won.
|
*/

import { DatabaseTokenStore } from '#oauth/stores/database'
import { processConnection } from '#tests/helpers/audit/process_trail'
import { countUp } from '#tests/helpers/stores/count_up'

const [key, tries] = process.argv.slice(3)
const { connect, close } = processConnection()

console.log(await countUp(new DatabaseTokenStore(connect), key, Number(tries)))
await close()
