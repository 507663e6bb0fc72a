/*
|--------------------------------------------------------------------------
| Ace entry point
|--------------------------------------------------------------------------
|
| The "console.ts" file is the entrypoint for booting the AdonisJS
| command-line framework and executing commands.
|
| Commands do not boot the application, unless the currently running command
| has "options.startApp" flag set to true.
|
*/

import { setFlagsFromString } from 'node:v8'

// Commands that go through a long trail make short-lived objects only: V8 would rather take
// twice the memory than clear them away.
setFlagsFromString('--optimize-for-size')
setFlagsFromString('--semi-space-growth-factor=1')

await import(new URL('../pinned_node.js', import.meta.url).href)
await import('reflect-metadata')
const { Ignitor } = await import('@adonisjs/core')
const { isWrongEnvironment, reportBootFailure } = await import('#start/boot_failure')

/**
 * URL to the application root. AdonisJS need it to resolve
 * paths to file and directories for scaffolding commands
 */
const APP_ROOT = new URL('../', import.meta.url)

/**
 * The importer is used to import files in context of the
 * application.
 */
const IMPORTER = (filePath: string) => {
  if (filePath.startsWith('./') || filePath.startsWith('../')) {
    return import(new URL(filePath, APP_ROOT).href)
  }
  return import(filePath)
}

/**
 * What the console framework calls a command line that it cannot understand.
 */
const WRONG_USE = new Set([
  'E_COMMAND_NOT_FOUND',
  'E_INVALID_FLAG',
  'E_MISSING_ARG',
  'E_MISSING_ARG_VALUE',
  'E_MISSING_FLAG',
  'E_MISSING_FLAG_VALUE',
  'E_UNKNOWN_FLAG',
])

new Ignitor(APP_ROOT, { importer: IMPORTER })
  .tap((app) => {
    app.booting(async () => {
      await import('#start/env')
    })
    app.listen('SIGTERM', () => app.terminate())
    app.listenIf(app.managedByPm2, 'SIGINT', () => app.terminate())
  })
  .ace()
  .configure(async (app) => {
    const kernel = await app.container.make('ace')
    const render = kernel.errorHandler.render.bind(kernel.errorHandler)

    kernel.errorHandler.render = async (error, renderingKernel) => {
      if (isWrongEnvironment(error)) return reportBootFailure(error)

      await render(error, renderingKernel)
      const { code } = (error ?? {}) as { code?: string }
      if (code && WRONG_USE.has(code)) renderingKernel.exitCode = 2
    }
  })
  .handle(process.argv.splice(2))
  .catch(reportBootFailure)
