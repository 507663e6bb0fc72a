import type { DatabaseQueryBuilderContract } from '@adonisjs/lucid/types/querybuilder'
import {
  type EventFilters,
  prefixOf,
  WORD_FILTERS,
  type WordFilter,
} from '#audit/search/event_filters'

type Query = DatabaseQueryBuilderContract<any>

/** Narrows a query on `audit_events` to the events that the filters ask for. */
export function applyFilters(query: Query, { from, to, words }: EventFilters): void {
  if (from !== undefined) query.where('occurred_at', '>=', from)
  if (to !== undefined) query.where('occurred_at', '<=', to)

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
