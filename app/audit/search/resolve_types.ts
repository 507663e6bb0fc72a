import { type EventFilters, prefixOf, type WordFilter } from '#audit/search/event_filters'
import type { EventStore } from '#audit/stores/event_store'

/** More kinds of events than there will be. */
const MOST_TYPES = 1_000

/**
 * Puts the types that were ever recorded in place of prefixes, which an index cannot
 * find alike on every database. Undefined when no event can pass.
 */
export async function resolveTypes(
  filters: EventFilters,
  store: EventStore
): Promise<EventFilters | undefined> {
  const given = filters.words.type
  if (!given || ![...given.oneOf, ...given.noneOf].some(prefixOf)) return filters

  const types = await store.types(MOST_TYPES)
  if (types.length === MOST_TYPES) return filters

  const type: WordFilter = {
    oneOf: matching(given.oneOf, types),
    noneOf: matching(given.noneOf, types),
  }
  if (given.oneOf.length > 0 && type.oneOf.length === 0) return undefined
  return { ...filters, words: { ...filters.words, type } }
}

function matching(words: readonly string[], types: readonly string[]): string[] {
  return types.filter((type) =>
    words.some((word) => {
      const prefix = prefixOf(word)
      return prefix === undefined ? type === word : type.startsWith(prefix)
    })
  )
}
