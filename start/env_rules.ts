/*
|--------------------------------------------------------------------------
| Rules for environment variables
|--------------------------------------------------------------------------
|
| Each rule turns text into a value or throws an error that names the
| variable, says what it should be, and never repeats what it was. The env
| validator collects the errors of all variables into one report.
|
*/

import { isIP } from 'node:net'
import { urlProblem } from '#shared/url_problem'

/** Reads one variable. An empty one counts as absent. */
export type Rule<T> = (name: string, value?: string) => T

/** What is wrong with a value, in words that do not repeat it; nothing when all is well. */
export type Check = (value: string) => string | undefined

/** What is neither development nor test is production, also when nothing was said. */
export const inProduction = () => !/^(dev|test)/.test(process.env.NODE_ENV ?? '')

export function refuse(name: string, expectation: string): never {
  throw new Error(`${name} ${expectation}`)
}

/** An absolute URL; https unless it stays on this machine; nothing secret or ambiguous in it. */
export function url(options: { required?: () => boolean } = {}): Rule<string | undefined> {
  return (name, value) => {
    if (!value) return options.required?.() ? refuse(name, 'is missing') : undefined

    const problem = urlProblem(value)
    return problem ? refuse(name, problem) : value.replace(/\/+$/, '')
  }
}

export function integer(
  fallback: number,
  range: { min: number; max: number },
  check?: (value: number) => string | undefined
): Rule<number> {
  return (name, value) => {
    if (!value) return fallback
    const number = Number(value)
    if (!/^\d+$/.test(value) || number < range.min || number > range.max) {
      refuse(name, `must be a whole number from ${range.min} to ${range.max}`)
    }

    const problem = check?.(number)
    return problem ? refuse(name, problem) : number
  }
}

const FLAGS = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
])

export function flag(
  fallback: boolean,
  check?: (value: boolean) => string | undefined
): Rule<boolean> {
  return (name, value) => {
    const parsed = value ? FLAGS.get(value) : fallback
    if (parsed === undefined) return refuse(name, 'must be true or false')

    const problem = check?.(parsed)
    return problem ? refuse(name, problem) : parsed
  }
}

/** Whether another variable, a flag, is on: for rules that depend on it. */
export function isOn(name: string): boolean {
  return FLAGS.get(process.env[name] ?? '') ?? false
}

export function oneOf<const T extends string>(fallback: T, choices: readonly T[]): Rule<T> {
  return (name, value) => {
    if (!value) return fallback
    return choices.includes(value as T)
      ? (value as T)
      : refuse(name, `must be one of: ${choices.join(', ')}`)
  }
}

/** Free text; `required` may depend on other variables. */
export function text(
  options: { required?: () => boolean; check?: Check } = {}
): Rule<string | undefined> {
  return (name, value) => {
    if (!value) return options.required?.() ? refuse(name, 'is missing') : undefined

    const problem = options.check?.(value)
    return problem ? refuse(name, problem) : value
  }
}

/** A check by pattern. */
export function matching(pattern: RegExp, expectation: string): Check {
  return (value) => (pattern.test(value) ? undefined : expectation)
}

/** Texts of one kind, comma-separated. None, unless given. */
export function list(check: Check): Rule<string[]> {
  return (name, value) => {
    const entries = (value ?? '').split(',').flatMap((entry) => entry.trim() || [])
    const problem = entries.map(check).find(Boolean)
    return problem ? refuse(name, problem) : entries
  }
}

/** An IP address or CIDR range. */
export const addressRange: Check = (entry) =>
  isAddressRange(entry) ? undefined : 'must be IP addresses or CIDR ranges, comma-separated'

function isAddressRange(entry: string): boolean {
  const [address, bits, rest] = entry.split('/')
  const version = isIP(address)
  if (version === 0 || rest !== undefined) return false
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
  )
}
