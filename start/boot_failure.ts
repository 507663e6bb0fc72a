/*
|--------------------------------------------------------------------------
| A boot that failed
|--------------------------------------------------------------------------
|
| Wrong settings, of the environment or of the database, are the operator's to
| mend: they get the list of them and nothing else. Whatever else goes wrong is
| ours, and comes with its stack.
|
*/

import { prettyPrintError } from '@adonisjs/core'
import { errors } from '@adonisjs/core/env'
import { StorageRefused } from '#audit/storage/errors'
import { KeysMissing } from '#oauth/actions/check_keys'
import { TokenFileRefused } from '#oauth/stores/file/refused'

export function isWrongEnvironment(
  error: unknown
): error is InstanceType<typeof errors.E_INVALID_ENV_VARIABLES> {
  return error instanceof errors.E_INVALID_ENV_VARIABLES
}

/** Says on stderr why the process does not start, and makes it end with exit code 1. */
export async function reportBootFailure(error: unknown): Promise<void> {
  process.exitCode = 1
  const reason = reasonOf(error)
  if (!reason) return prettyPrintError(error as object)

  process.stderr.write(`The gateway does not start: ${reason}\n`)
}

/** What the operator has to mend. */
function reasonOf(error: unknown): string | undefined {
  if (isWrongEnvironment(error)) {
    return `the environment is wrong (see .env.example).\n\n${error.help}`
  }
  if (error instanceof StorageRefused) {
    return `the database is refused.\n\n${error.problems.map((text) => `- ${text}`).join('\n')}`
  }
  if (error instanceof KeysMissing || error instanceof TokenFileRefused) return error.message
  return undefined
}
