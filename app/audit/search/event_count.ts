import type { EventFilters } from '#audit/search/event_filters'
import { type SeqSpan, walk } from '#audit/search/seq_windows'
import type { EventStore } from '#audit/stores/event_store'
import type { Clock } from '#shared/clock'

/** How many events pass the filters: counted, or worked out from samples of the trail. */
export interface EventCount {
  value: number
  kind: 'exact' | 'estimate'
}

/** So many are counted one by one. */
export const MOST_COUNTED = 10_000

const BUDGET_MS = 300

const SAMPLES = 20
const SAMPLE_WIDTH = 500

/** Counts up to 10,000 exactly while that is quick, and estimates beyond. */
export async function countEvents(
  store: EventStore,
  clock: Clock,
  { filters, span }: { filters: EventFilters; span: SeqSpan }
): Promise<EventCount> {
  let counted = 0
  const left = await walk(
    span,
    { descending: true, budgetMs: BUDGET_MS, clock },
    async (window) => {
      counted += await store.count(window, filters, MOST_COUNTED + 1 - counted)
      return counted > MOST_COUNTED
    }
  )

  if (left === undefined && counted <= MOST_COUNTED) return { value: counted, kind: 'exact' }
  return { value: Math.max(counted, await estimate(store, filters, span)), kind: 'estimate' }
}

/** Samples are spread evenly: what is frequent today may have been rare last year. */
async function estimate(store: EventStore, filters: EventFilters, span: SeqSpan): Promise<number> {
  const total = span.last - span.first + 1
  const stride = Math.max(SAMPLE_WIDTH, Math.floor(total / SAMPLES))
  let seen = 0
  let passed = 0

  for (let first = span.first; first <= span.last; first += stride) {
    const last = Math.min(span.last, first + SAMPLE_WIDTH - 1)
    passed += await store.count({ first, last }, filters, SAMPLE_WIDTH)
    seen += last - first + 1
  }
  return Math.round((passed / seen) * total)
}
