/*
|--------------------------------------------------------------------------
| The environment, checked and told
|--------------------------------------------------------------------------
|
| What config:check shows. Nothing here decides: the rules are those by which
| every process starts.
|
*/

import { Secret } from '@adonisjs/core/helpers'
import { isWrongEnvironment } from '#start/boot_failure'
import {
  givenTwice,
  knownSettings,
  sourcesOf,
  unreadVariables,
  type KnownSetting,
  type Source,
} from '#start/env_settings'

export interface CheckedSetting extends KnownSetting, Source {
  /** What is in force; null where nothing is, or nobody may see it. */
  value: unknown

  /** What is wrong with it, in words that do not repeat it. */
  problem: string | null
}

export interface CheckedEnvironment {
  settings: CheckedSetting[]

  /** Each names a variable and what is wrong with it. */
  problems: string[]

  /** What changes nothing, and was probably not meant. */
  warnings: string[]
}

/** Not secrets by their form, but whoever knows them may post there. */
const UNSHOWN = ['AUDIT_CHECKPOINT_WEBHOOK_URL']

/** Reads the environment as every start does; tells all that is wrong with it. */
export async function checkedEnvironment(appRoot: URL): Promise<CheckedEnvironment> {
  const known = await knownSettings(new URL('.env.example', appRoot))
  const sourceOf = await sourcesOf(appRoot)
  const { valueOf, problems } = await readEnvironment()

  const settings = known.map((setting) => {
    const problem = problems.find((text) => nameIn(text) === setting.name) ?? null
    const value = problem ? null : shown(setting, valueOf(setting.name))
    return { ...setting, ...sourceOf(setting), value, problem }
  })
  return { settings, problems, warnings: warningsAbout(known) }
}

/** What the rules of start/env.ts say. */
async function readEnvironment() {
  try {
    const { default: env } = await import('#start/env')
    return { valueOf: (name: string): unknown => env.get(name), problems: [] }
  } catch (error) {
    if (!isWrongEnvironment(error)) throw error
    const lines = (error.help ?? '').split('\n').map((line) => line.replace(/^- /, ''))
    return { valueOf: (name: string): unknown => process.env[name], problems: lines }
  }
}

/** The variable that a problem is about; a file of a secret stands for the secret. */
function nameIn(problem: string): string {
  return problem.split(' ', 1)[0].replace(/_FILE$/, '')
}

function shown({ name, secret }: KnownSetting, value: unknown): unknown {
  if (secret || value instanceof Secret || UNSHOWN.includes(name)) return null
  return value === undefined || value === '' ? null : value
}

function warningsAbout(known: KnownSetting[]): string[] {
  return [
    ...unreadVariables(known).map((name) => `${name} is read by nobody: is it spelt as meant?`),
    ...givenTwice(known).map((name) => `${name} is given, so ${name}_FILE is not looked at`),
  ]
}
