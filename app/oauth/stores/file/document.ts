import { parseJsonObject } from '#shared/strict_json'

/** Written into every document: what another version writes is not read by guesswork. */
const VERSION = 1

/** What is kept of one key. Without a record, its token was removed. */
export interface TokenRow {
  readonly fingerprint: string
  readonly record: string | null
}

/** All that a file of tokens says. Records and pauses are texts, read when they are wanted. */
export interface TokenDocument {
  readonly tokens: Map<string, TokenRow>
  readonly pauses: Map<string, string>
}

/** The text is no document of this version. */
export class NotADocument extends Error {}

export function emptyDocument(): TokenDocument {
  return { tokens: new Map(), pauses: new Map() }
}

export function documentToText({ tokens, pauses }: TokenDocument): string {
  const members = { tokens: Object.fromEntries(tokens), pauses: Object.fromEntries(pauses) }
  return `${JSON.stringify({ version: VERSION, ...members })}\n`
}

/** @throws {NotADocument} when it is not what {@link documentToText} wrote */
export function documentFromBytes(bytes: Uint8Array): TokenDocument {
  const { version, tokens, pauses, ...more } = parse(bytes)
  if (version !== VERSION || Object.keys(more).length > 0) throw new NotADocument()
  return { tokens: mapOf(tokens, isRow), pauses: mapOf(pauses, isText) }
}

function parse(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    return parseJsonObject(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new NotADocument()
  }
}

function mapOf<T>(members: unknown, is: (value: unknown) => value is T): Map<string, T> {
  if (!isObject(members)) throw new NotADocument()
  const map = new Map<string, T>()
  for (const [name, value] of Object.entries(members)) {
    if (!is(value)) throw new NotADocument()
    map.set(name, value)
  }
  return map
}

function isRow(value: unknown): value is TokenRow {
  if (!isObject(value)) return false
  const { fingerprint, record, ...more } = value
  const known = Object.keys(more).length === 0
  return known && isText(fingerprint) && (record === null || isText(record))
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
