/*
|--------------------------------------------------------------------------
| Prints the configuration of this environment as JSON
|--------------------------------------------------------------------------
|
| Run as a process of its own, since variables are read once. Secrets print
| as [redacted].
|
*/

import 'reflect-metadata'
import { Ignitor } from '@adonisjs/core'

const ROOT = new URL('../../../', import.meta.url)

const app = new Ignitor(ROOT, { importer: (path) => import(path) })
  .tap((application) => application.booting(async () => void (await import('#start/env'))))
  .createApp('console')

await app.init()
await app.boot()
process.stdout.write(`${JSON.stringify(app.config.all())}\n`)
await app.terminate()
