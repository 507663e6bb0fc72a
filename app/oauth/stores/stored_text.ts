import { Secret } from '@adonisjs/core/helpers'
import type { TokenRecord } from '#oauth/contracts'
import { UnreadableRecord } from '#oauth/errors'
import type { Pause } from '#oauth/life/pause'
import { parseJsonObject } from '#shared/strict_json'

/** Written into every record: what another version writes is not read by guesswork. */
const VERSION = 1

type Check = (value: unknown) => boolean

const isText: Check = (value) => typeof value === 'string'
const isTextOrAbsent: Check = (value) => value === undefined || isText(value)
const isInstant: Check = (value) => typeof value === 'number' && Number.isFinite(value)

const RECORD: Record<keyof TokenRecord | 'version', Check> = {
  version: (value) => value === VERSION,
  accessToken: isText,
  tokenType: (value) => value === 'Bearer',
  scope: isTextOrAbsent,
  fingerprint: isText,
  issuedAt: isInstant,
  refreshAt: isInstant,
  expiresAt: isInstant,
  provider: isText,
  tenant: isTextOrAbsent,
}

const PAUSE: Record<keyof Pause, Check> = {
  since: isInstant,
  until: isInstant,
  reason: isText,
  failures: isInstant,
}

/** A token record as JSON. What is secret in it was sealed before. */
export function recordToText(record: TokenRecord): string {
  return JSON.stringify({ version: VERSION, ...record, accessToken: record.accessToken.release() })
}

/** @throws {UnreadableRecord} when it is not what {@link recordToText} wrote; quotes nothing of it */
export function recordFromText(text: string): TokenRecord {
  const { version: ignored, accessToken, ...rest } = parse(text, RECORD)
  return { ...rest, accessToken: new Secret(accessToken) } as unknown as TokenRecord
}

export function pauseToText(pause: Pause): string {
  return JSON.stringify(pause)
}

/** @throws {UnreadableRecord} */
export function pauseFromText(text: string): Pause {
  return parse(text, PAUSE) as unknown as Pause
}

function parse(text: string, checks: Record<string, Check>): Readonly<Record<string, unknown>> {
  const value = parseOrRefuse(text)
  const known = Object.keys(value).every((name) => Object.hasOwn(checks, name))
  const right = Object.entries(checks).every(([name, check]) => check(value[name]))
  if (!known || !right) throw new UnreadableRecord('corrupt')
  return value
}

function parseOrRefuse(text: string): Readonly<Record<string, unknown>> {
  try {
    return parseJsonObject(text)
  } catch {
    throw new UnreadableRecord('corrupt')
  }
}
