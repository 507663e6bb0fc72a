import { createHash } from 'node:crypto'
import { CursorRefused } from '#audit/search/errors'
import type { EventCount } from '#audit/search/event_count'
import type { EventFilters } from '#audit/search/event_filters'
import { type ColumnSort, type EventSort, isColumnSort } from '#audit/search/event_sort'

/** Where a page ended: its last event, or as far as was searched. */
export interface Position {
  seq: number

  /** What the events are sorted by, unless by `seq`. */
  value?: string | number
}

export interface Cursor {
  position: Position

  /** What the first page counted: counting again would make every page as slow. */
  count: EventCount
}

/** What a cursor belongs to. */
export interface SearchTerms {
  filters: EventFilters
  sort: EventSort
}

/** What fits the longest value that can be sorted by. */
const LONGEST_CURSOR = 2_000

export function writeCursor({ position, count }: Cursor, terms: SearchTerms): string {
  const { seq, value } = position
  const parts = [digestOf(terms), seq, value ?? null, count.value, count.kind]
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}

/** @throws {CursorRefused} when it is no cursor, or one of other filters or another sort */
export function readCursor(text: string, terms: SearchTerms): Cursor {
  const [digest, seq, value, count, kind] = parse(text)

  if (!isNumber(seq) || !isNumber(count)) throw new CursorRefused('unreadable')
  if (kind !== 'exact' && kind !== 'estimate') throw new CursorRefused('unreadable')
  if (digest !== digestOf(terms)) throw new CursorRefused('of_another_search')

  const counted = { value: count, kind } as const
  if (!isColumnSort(terms.sort)) return { position: { seq }, count: counted }
  if (!isValueOf(terms.sort, value)) throw new CursorRefused('unreadable')
  return { position: { seq, value }, count: counted }
}

function parse(text: string): unknown[] {
  if (text.length > LONGEST_CURSOR || !/^[\w-]+$/.test(text)) throw new CursorRefused('unreadable')
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    return Array.isArray(parts) ? parts : []
  } catch {
    throw new CursorRefused('unreadable')
  }
}

function isNumber(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

/** PostgreSQL takes no text with a NUL in it. */
function isValueOf({ column }: ColumnSort, value: unknown): value is string | number {
  if (column === 'severity') return Number.isSafeInteger(value)
  return typeof value === 'string' && !value.includes('\0')
}

function digestOf({ filters: { from, to, words }, sort }: SearchTerms): string {
  const filters = Object.entries(words).sort(([a], [b]) => (a < b ? -1 : 1))
  const text = JSON.stringify([from ?? null, to ?? null, filters, sort.column, sort.descending])
  return createHash('sha256').update(text).digest('base64url').slice(0, 16)
}
