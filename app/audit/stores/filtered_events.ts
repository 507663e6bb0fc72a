import type { DatabaseQueryBuilderContract } from '@adonisjs/lucid/types/querybuilder'
import {
  type EventFilters,
  prefixOf,
  WORD_FILTERS,
  type WordFilter,
} from '#audit/search/event_filters'

type Query = DatabaseQueryBuilderContract<any>

const GRAVE_SEVERITIES = new Set(['high', 'critical'])

/** The condition of the index of grave events: SQLite uses it when it finds the same words. */
const GRAVE = "severity IN ('high', 'critical')"

/** Narrows a query on `audit_events` to the events that the filters ask for. */
export function applyFilters(query: Query, { from, to, words }: EventFilters): void {
  if (from !== undefined) query.where('occurred_at', '>=', from)
  if (to !== undefined) query.where('occurred_at', '<=', to)

  if (isGrave(words.severity)) query.whereRaw(GRAVE)
  for (const [name, filter] of Object.entries(words) as [keyof typeof words, WordFilter][]) {
    const column = WORD_FILTERS[name]
    const { oneOf, noneOf } = filter
    if (oneOf.length > 0) query.where((inner) => matchAny(inner, column, oneOf))
    if (noneOf.length > 0) {
      // A comparison with an absent value is neither true nor false.
      query.where((inner) =>
        inner.whereNull(column).orWhereNot((none) => matchAny(none, column, noneOf))
      )
    }
  }
}

function isGrave(filter: WordFilter | undefined): boolean {
  const { oneOf = [] } = filter ?? {}
  return oneOf.length > 0 && oneOf.every((severity) => GRAVE_SEVERITIES.has(severity))
}

/**
 * Prefixes are compared as text: LIKE ignores case on SQLite, and a range depends on
 * the collation of PostgreSQL.
 */
function matchAny(query: Query, column: string, words: readonly string[]): void {
  const whole = words.filter((word) => isWhole(word, column))
  if (whole.length > 0) query.whereIn(column, whole)

  for (const word of words) {
    if (isWhole(word, column)) continue
    const prefix = prefixOf(word)!
    query.orWhereRaw('substr(??, 1, ?) = ?', [column, prefix.length, prefix])
  }
}

function isWhole(word: string, column: string): boolean {
  return column !== WORD_FILTERS.type || prefixOf(word) === undefined
}
