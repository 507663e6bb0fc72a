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

import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { Secret } from '@adonisjs/core/helpers'

type Rule<T> = (name: string, value?: string) => T

/** Values that people leave in examples. Compared in lower case. */
const PLACEHOLDERS =
  /^(change[-_ ]?me|changeit|secret|password|placeholder|todo|xxx+|test|example|dummy|your[-_ ].*|<.*>|\$\{.*\}|replace[-_ ].*|(basic )?x{3,}.*)$/i

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

export const inProduction = () => !/^(dev|test)/.test(process.env.NODE_ENV ?? '')

function refuse(name: string, expectation: string): never {
  throw new Error(`${name} ${expectation}`)
}

/** The value of NAME, or the content of the file that NAME_FILE points to. */
function valueOrFile(name: string, value?: string): string | undefined {
  const path = process.env[`${name}_FILE`]
  if (value || !path) return value || undefined

  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '')
  } catch {
    return refuse(`${name}_FILE`, 'names a file that cannot be read')
  }
}

function checkSecret(name: string, value: string, minLength: number): void {
  if (value.trim() === '') refuse(name, 'is only white space')
  if (/[\r\n]/.test(value)) refuse(name, 'contains a line break')
  if (value !== value.trim()) refuse(name, 'begins or ends with white space')
  if (/^(["'`]).*\1$/.test(value)) refuse(name, 'is wrapped in quotes: remove them')
  if (PLACEHOLDERS.test(value)) refuse(name, 'is a placeholder: set the real value')
  if (value.length < minLength) refuse(name, `is too short: at least ${minLength} characters`)
}

/** A secret, from NAME or from the file NAME_FILE. `required` may depend on other variables. */
export function secret(options: {
  required: () => boolean
  minLength?: number
  check?: (value: string) => string | undefined
}): Rule<Secret<string> | undefined> {
  return (name, raw) => {
    const value = valueOrFile(name, raw)
    if (value === undefined) {
      return options.required() ? refuse(name, `is missing (or give ${name}_FILE)`) : undefined
    }

    checkSecret(name, value, options.minLength ?? 1)
    const problem = options.check?.(value)
    return problem ? refuse(name, problem) : new Secret(value)
  }
}

/** A secret that every environment needs. */
export function requiredSecret(options: { minLength: number }): Rule<Secret<string>> {
  const rule = secret({ required: () => true, ...options })
  return (name, value) => rule(name, value)!
}

/** An absolute URL; https unless it stays on this machine; nothing secret or ambiguous in it. */
export function url<T extends string | undefined>(fallback: T): Rule<string | T> {
  return (name, value) => {
    if (!value) return fallback
    if (value !== value.trim()) refuse(name, 'begins or ends with white space')
    if (!URL.canParse(value)) refuse(name, 'is not an absolute URL')

    const { protocol, hostname, username, password, hash } = new URL(value)
    if (protocol !== 'https:' && protocol !== 'http:') refuse(name, 'must be an https URL')
    if (username || password) refuse(name, 'must not contain a user name or password')
    if (hash || value.endsWith('#')) refuse(name, 'must not contain a fragment')
    if (protocol === 'http:' && !LOOPBACK.test(hostname)) {
      refuse(name, 'must be https: http is accepted on the loopback address only')
    }
    return value.replace(/\/+$/, '')
  }
}

/** A variable of Node itself that would leak secrets or switch off their protection. */
export function refusedInProduction(pattern: RegExp, reason: string): Rule<string | undefined> {
  return (name, value) => {
    return value && pattern.test(value) && inProduction() ? refuse(name, reason) : value
  }
}

/** Options of the node command line, given directly or by NODE_OPTIONS. */
export function nodeOptions(): Rule<string | undefined> {
  return (name, value) => {
    const options = [...process.execArgv, value ?? ''].join(' ')
    if (!inProduction()) return value
    if (/--inspect|--heapsnapshot|--heap-prof/.test(options)) {
      refuse(name, 'opens the process memory (--inspect, heap snapshots): not in production')
    }
    if (/--tls-keylog/.test(options)) refuse(name, 'writes TLS keys to a file (--tls-keylog)')
    if (/--report/.test(options) && !/--report-exclude-env/.test(options)) {
      refuse(name, 'asks for reports that contain the environment: add --report-exclude-env')
    }
    return value
  }
}

export function integer(fallback: number, range: { min: number; max: number }): Rule<number> {
  return (name, value) => {
    if (!value) return fallback
    const number = Number(value)
    if (!/^\d+$/.test(value) || number < range.min || number > range.max) {
      refuse(name, `must be a whole number from ${range.min} to ${range.max}`)
    }
    return number
  }
}

export function flag(
  fallback: boolean,
  check?: (value: boolean) => string | undefined
): Rule<boolean> {
  return (name, value) => {
    const parsed = { 'true': true, '1': true, 'false': false, '0': false, '': fallback }[
      value ?? ''
    ]
    if (parsed === undefined) return refuse(name, 'must be true or false')

    const problem = check?.(parsed)
    return problem ? refuse(name, problem) : parsed
  }
}

export function oneOf<const T extends string>(fallback: T, choices: readonly T[]): Rule<T> {
  return (name, value) => {
    if (!value) return fallback
    return choices.includes(value as T)
      ? (value as T)
      : refuse(name, `must be one of: ${choices.join(', ')}`)
  }
}

/** Free text matching a pattern; `required` may depend on other variables. */
export function text(options: {
  required?: () => boolean
  matches?: RegExp
  expectation?: string
}): Rule<string | undefined> {
  return (name, value) => {
    if (!value) return options.required?.() ? refuse(name, 'is missing') : undefined
    if (options.matches && !options.matches.test(value)) {
      refuse(name, options.expectation ?? 'has the wrong form')
    }
    return value
  }
}

/** IP addresses or CIDR ranges, comma-separated. */
export function addresses(): Rule<string[]> {
  return (name, value) => {
    const list = (value ?? '').split(',').flatMap((entry) => entry.trim() || [])
    const wrong = list.some((entry) => {
      const [address, bits, rest] = entry.split('/')
      return !isIP(address) || rest !== undefined || (bits !== undefined && !/^\d{1,3}$/.test(bits))
    })
    return wrong ? refuse(name, 'must be IP addresses or CIDR ranges, comma-separated') : list
  }
}
