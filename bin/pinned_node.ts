/*
|--------------------------------------------------------------------------
| Hands over to the project's own Node
|--------------------------------------------------------------------------
|
| AdonisJS 7 and the embedded database need Node 24. It is pinned as the npm
| package "node", which npm scripts find first. A process that was started
| directly by an older Node starts the pinned one in its place, with the same
| arguments, and passes signals on to it.
|
*/

import { createRequire } from 'node:module'
import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'

const REQUIRED_MAJOR = 24

if (Number.parseInt(process.versions.node, 10) < REQUIRED_MAJOR) {
  const root = dirname(createRequire(import.meta.url).resolve('node/package.json'))
  const child = spawn(join(root, 'bin', 'node'), [...process.execArgv, ...process.argv.slice(1)], {
    stdio: 'inherit',
  })

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => child.kill(signal))
  }

  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
  process.exit()
}

export {}
