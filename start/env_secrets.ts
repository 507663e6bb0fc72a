/*
|--------------------------------------------------------------------------
| Rules for secrets in the environment
|--------------------------------------------------------------------------
|
| A secret comes from NAME, or from the file that NAME_FILE points to. What
| was obviously not meant as one is refused: examples that nobody filled in,
| quotes and line breaks that a shell or an editor left.
|
*/

import { readFileSync } from 'node:fs'
import { Secret } from '@adonisjs/core/helpers'
import { refuse, type Check, type Rule } from '#start/env_rules'

/** What people and templates leave in examples. */
const PLACEHOLDERS = [
  /change[-_ ]?(me|it|this)/i,
  /^(basic )?(replace|place[-_ ]?holder|todo|tbd|fixme|x{3,})/i,
  /^(your|insert|enter|example|sample|dummy)([-_ ]|$)/i,
  /^(secret|password|test|none|null|undefined)$/i,
  /^(<.*>|\[.*\]|\{.*\}|\$\w+|\$\{.*\})$/,
  /^(.)\1*=*$/,
]

export interface SecretOptions {
  /** May depend on other variables. */
  required: () => boolean
  minLength?: number
  check?: Check
}

/** A secret, from NAME or from the file NAME_FILE. One line break at the end of the file is dropped. */
export function secret(options: SecretOptions): Rule<Secret<string> | undefined> {
  return (name, given) => {
    const { source, value } = valueOrFile(name, given)
    if (value === undefined) {
      return options.required() ? refuse(name, `is missing (or give ${name}_FILE)`) : undefined
    }

    const problem = secretProblem(value, options.minLength ?? 1) ?? options.check?.(value)
    return problem ? refuse(source, problem) : new Secret(value)
  }
}

/** A secret that every environment needs. */
export function requiredSecret(options: { minLength: number }): Rule<Secret<string>> {
  const rule = secret({ required: () => true, ...options })
  return (name, value) => rule(name, value)!
}

/** What shows that a value was never meant, or was damaged on its way here. */
export const notMeant: Check = (value) => {
  if (value.trim() === '') return 'is empty'
  if (/[\r\n]/.test(value)) return 'contains a line break'
  if (value !== value.trim()) return 'begins or ends with white space'
  if (/^(["'`]).*\1$/.test(value)) return 'is wrapped in quotes: remove them'
  if (PLACEHOLDERS.some((pattern) => pattern.test(value))) {
    return 'is a placeholder: set the real value'
  }
  return undefined
}

function secretProblem(value: string, minLength: number): string | undefined {
  const problem = notMeant(value)
  if (problem) return problem
  return value.length < minLength ? `is too short: at least ${minLength} characters` : undefined
}

/** `source` is the variable to blame. */
function valueOrFile(name: string, given?: string): { source: string; value?: string } {
  const source = `${name}_FILE`
  const path = process.env[source]
  if (given || !path) return { source: name, value: given || undefined }

  try {
    return { source, value: readFileSync(path, 'utf8').replace(/\r?\n$/, '') }
  } catch {
    return refuse(source, 'names a file that cannot be read')
  }
}
