import { validateHeaderName, validateHeaderValue } from 'node:http'
import type { Fault, FaultKind } from '#orange/sandbox/faults/fault'
import {
  checkFields,
  flag,
  integer,
  InvalidInstruction,
  isRecord,
  listOf,
  oneOf,
  text,
  type Rule,
} from '#orange/sandbox/rules'

type Fields = Record<string, Rule>

const MEBIBYTE = 1024 * 1024

const milliseconds = integer(0, 3_600_000)

const probability: Rule = {
  expects: 'a number above 0, at most 1',
  accepts: (value) => typeof value === 'number' && value > 0 && value <= 1,
}

const base64: Rule = {
  expects: 'base64',
  accepts: (value) => typeof value === 'string' && /^[A-Za-z0-9+/]*={0,2}$/.test(value),
}

const headers: Rule = {
  expects: 'an object of header names and values that can be sent',
  accepts: (value) => isRecord(value) && Object.entries(value).every(isHeader),
}

const accepted = flag

const afterBytes = integer(0, MEBIBYTE)

/** Fields of each kind, besides those that all have. */
const FIELDS: Record<FaultKind, Fields> = {
  'answer': {
    status: integer(200, 599),
    headers,
    body: text,
    bodyBase64: base64,
    delayMs: milliseconds,
    accepted,
  },
  'delay': { delayMs: milliseconds, jitterMs: milliseconds },
  'hang': { accepted },
  'accept-then-hang': {},
  'stall': { afterBytes },
  'drip': { intervalMs: milliseconds },
  'reset': { at: oneOf('request', 'answer', 'body'), accepted },
  'truncate': { afterBytes },
  'wrong-length': { by: integer(-MEBIBYTE, MEBIBYTE) },
  'bad-chunks': { accepted },
  'bomb': { encoding: oneOf('gzip', 'br'), bytes: integer(0, 1024 * MEBIBYTE) },
  'oversize': { bytes: integer(0, 1024 * MEBIBYTE) },
  'redirect': { status: oneOf(301, 302, 303, 307, 308), location: text, accepted },
  'informational-storm': { count: integer(1, 100_000) },
  'echo': { status: integer(200, 599), accepted },
  'refuse': { forMs: integer(1, 3_600_000) },
}

const REQUIRED: Partial<Record<FaultKind, string>> = {
  delay: 'delayMs',
  redirect: 'location',
  refuse: 'forMs',
}

const COMMON: Fields = {
  on: oneOf('token', 'sms', 'contracts', 'any', 'connection'),
  kind: oneOf(...Object.keys(FIELDS)),
  times: integer(1, 1_000_000),
  probability,
}

const ON_CONNECTION: readonly FaultKind[] = ['refuse', 'hang', 'reset']

/**
 * A fault from a script. `kind` may be left out of an `answer`.
 *
 * @throws {InvalidInstruction} Says which field is wrong and what it must be.
 */
export function parseFault(script: unknown): Fault {
  if (!isRecord(script)) throw new InvalidInstruction('a fault must be a JSON object')

  const { kind = 'answer' } = script
  if (!COMMON.kind.accepts(kind))
    throw new InvalidInstruction(`kind must be ${COMMON.kind.expects}`)

  const fault = { ...script, kind } as Fault
  if (fault.on === undefined) throw new InvalidInstruction(`on must be ${COMMON.on.expects}`)

  checkFields(fault, { ...COMMON, ...FIELDS[fault.kind] })
  checkTogether(fault, script)
  return fault
}

function checkTogether(fault: Fault, script: Record<string, unknown>): void {
  const required = REQUIRED[fault.kind]
  if (required !== undefined && script[required] === undefined) {
    throw new InvalidInstruction(`${required} is needed by ${fault.kind}`)
  }

  if (fault.on === 'connection' && !ON_CONNECTION.includes(fault.kind)) {
    throw new InvalidInstruction(`on "connection" there are only ${ON_CONNECTION.join(', ')}`)
  }
  if (fault.kind === 'refuse' && fault.on !== 'connection') {
    throw new InvalidInstruction('refuse works on "connection" only')
  }
  if (fault.kind === 'answer' && fault.body !== undefined && fault.bodyBase64 !== undefined) {
    throw new InvalidInstruction('body and bodyBase64 exclude each other')
  }
}

function isHeader([name, value]: [string, unknown]): boolean {
  if (!text.accepts(value) && !listOf(text).accepts(value)) return false

  try {
    validateHeaderName(name)
    for (const line of [value].flat()) validateHeaderValue(name, String(line))
    return true
  } catch {
    return false
  }
}
