/*
|--------------------------------------------------------------------------
| A process that holds a file of tokens
|--------------------------------------------------------------------------
|
| node file_writer.ts <path> hold|count
|
| Says "open" when it has the file. Then it holds it, or counts up the fingerprint of one
| token and says each number when it was stored, until it is killed. When it is refused, it
| says why on stderr and ends with 1.
|
*/

import { FileTokenStore } from '#oauth/stores/file'
import { TokenFileRefused } from '#oauth/stores/file/refused'
import { tokenRecord } from '#tests/unit/oauth/token_record'

const [path, what] = process.argv.slice(2)
const store = new FileTokenStore(path)

try {
  await store.open()
  console.log('open')
  if (what === 'count') await count()
  else setInterval(() => {}, 60_000)
} catch (error) {
  if (!(error instanceof TokenFileRefused)) throw error
  console.error(`${error.code}: ${error.message}`)
  process.exitCode = 1
}

/** Large enough that a write takes more than one system call. */
async function count(): Promise<void> {
  const scope = 'x'.repeat(200_000)
  let seen = (await store.get('key'))?.fingerprint ?? null
  for (;;) {
    const fingerprint = String(Number(seen) + 1)
    await store.replace('key', tokenRecord({ fingerprint, scope }), seen)
    console.log(fingerprint)
    seen = fingerprint
  }
}
