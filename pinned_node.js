/*
|--------------------------------------------------------------------------
| Hands over to the project's own Node
|--------------------------------------------------------------------------
|
| AdonisJS 7 and the embedded database need Node 24. It is pinned as the npm
| package "node", which npm scripts find first. A process that was started
| directly by an older Node starts the pinned one in its place, with the same
| arguments, and passes signals on to it. Plain JavaScript: an old Node has to
| be able to read it.
|
*/

import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const REQUIRED_MAJOR = 24

if (Number.parseInt(process.versions.node, 10) < REQUIRED_MAJOR) {
  const root = dirname(createRequire(import.meta.url).resolve('node/package.json'))
  const child = spawn(join(root, 'bin', 'node'), [...process.execArgv, ...process.argv.slice(1)], {
    stdio: 'inherit',
  })

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal))
  }

  const code = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (exitCode) => resolve(exitCode ?? 1))
  })
  process.exit(code)
}
