/*
|--------------------------------------------------------------------------
| A boot that failed
|--------------------------------------------------------------------------
|
| Wrong settings are the operator's to mend: they get the list of them and
| nothing else. Whatever else goes wrong is ours, and comes with its stack.
|
*/

import { prettyPrintError } from '@adonisjs/core'
import { errors } from '@adonisjs/core/env'

export function isWrongEnvironment(
  error: unknown
): error is InstanceType<typeof errors.E_INVALID_ENV_VARIABLES> {
  return error instanceof errors.E_INVALID_ENV_VARIABLES
}

/** Says on stderr why the process does not start, and makes it end with exit code 1. */
export async function reportBootFailure(error: unknown): Promise<void> {
  process.exitCode = 1
  if (!isWrongEnvironment(error)) return prettyPrintError(error as object)

  process.stderr.write(
    `The gateway does not start: the environment is wrong (see .env.example).\n\n${error.help}\n`
  )
}
