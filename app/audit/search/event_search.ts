import { type Cursor, type Position, readCursor, writeCursor } from '#audit/search/cursor'
import { RangeTooLarge } from '#audit/search/errors'
import { countEvents, type EventCount } from '#audit/search/event_count'
import { type EventFilters, hasFilters } from '#audit/search/event_filters'
import { type ColumnSort, type EventSort, isColumnSort } from '#audit/search/event_sort'
import { resolveTypes } from '#audit/search/resolve_types'
import { type SeqSpan, walk, type WalkOptions } from '#audit/search/seq_windows'
import type { EventStore, FoundEvent } from '#audit/stores/event_store'
import type { Clock } from '#shared/clock'

/** One page that somebody asks for. Sorting by anything but `seq` needs `from` and `to`. */
export interface EventQuery {
  filters: EventFilters
  sort: EventSort
  limit: number

  /** Where the page before it ended. */
  cursor?: string
}

export interface EventPage {
  rows: FoundEvent[]

  /** Absent on the last page. A page may be short, or empty, and not the last. */
  nextCursor?: string

  /** All events that pass the filters, as they were when the first page was read. */
  count: EventCount
}

/** Events in their order, and where to go on when there may be more. */
interface Found {
  rows: FoundEvent[]
  next?: Position
}

/** How many events of a time range are sorted for one page. */
export const MOST_SORTED = 100_000

/** How long a page looks for rare events before it is handed out as it is, in milliseconds. */
const BUDGET_MS = 1_000

const NOTHING: EventPage = { rows: [], count: { value: 0, kind: 'exact' } }

export interface EventSearchParts extends Pick<WalkOptions, 'clock' | 'firstWidth'> {
  store: EventStore
}

/** Finds events page by page, as quickly in the middle of the trail as at its end. */
export class EventSearch {
  readonly #store: EventStore
  readonly #clock: Clock
  readonly #firstWidth?: number

  constructor({ store, clock, firstWidth }: EventSearchParts) {
    this.#store = store
    this.#clock = clock
    this.#firstWidth = firstWidth
  }

  /**
   * @throws {CursorRefused}
   * @throws {RangeTooLarge}
   * @throws {TrailUnreadable}
   */
  async page(query: EventQuery): Promise<EventPage> {
    const cursor = query.cursor === undefined ? undefined : readCursor(query.cursor, query)
    const filters = await resolveTypes(query.filters, this.#store)
    const span = filters && (await this.#store.span(filters))
    if (!filters || !span) return cursor ? { ...NOTHING, count: cursor.count } : NOTHING

    const resolved = { ...query, filters }
    const { rows, next } = isColumnSort(query.sort)
      ? await this.#sorted(resolved, query.sort, cursor)
      : await this.#walked(resolved, span, cursor)
    const count = cursor?.count ?? (await this.#count(filters, span))

    return { rows, count, nextCursor: next && writeCursor({ position: next, count }, query) }
  }

  async #walked({ filters, sort, limit }: EventQuery, span: SeqSpan, cursor?: Cursor) {
    const { descending } = sort
    const rows: FoundEvent[] = []
    const options = {
      descending,
      budgetMs: BUDGET_MS,
      clock: this.#clock,
      firstWidth: this.#firstWidth,
    }

    const reached = await walk(rest(span, descending, cursor), options, async (window) => {
      const left = limit + 1 - rows.length
      rows.push(...(await this.#store.rows(window, filters, { descending, limit: left })))
      return rows.length > limit
    })

    const found: Found = { rows: rows.slice(0, limit) }
    if (rows.length > limit) found.next = { seq: found.rows.at(-1)!.seq }
    else if (reached !== undefined) found.next = { seq: reached }
    return found
  }

  async #sorted({ filters, limit }: EventQuery, sort: ColumnSort, cursor?: Cursor) {
    const range = { from: filters.from!, to: filters.to! }
    const events = await this.#store.countDays(range, MOST_SORTED + 1)
    if (events > MOST_SORTED) throw new RangeTooLarge(MOST_SORTED)

    const after = cursor?.position
    const rows = await this.#store.sorted({ ...filters, ...range }, sort, {
      after,
      limit: limit + 1,
    })
    const found: Found = { rows: rows.slice(0, limit) }
    const last = rows[limit - 1]
    if (rows.length > limit) found.next = { seq: last.seq, value: last.sorted_by }
    return found
  }

  /** Numbers have no gaps: without filters there is nothing to count. */
  async #count(filters: EventFilters, span: SeqSpan): Promise<EventCount> {
    if (!hasFilters(filters)) return { value: span.last - span.first + 1, kind: 'exact' }
    return countEvents(this.#store, this.#clock, { filters, span })
  }
}

/** What a cursor leaves of a span. */
function rest({ first, last }: SeqSpan, descending: boolean, cursor?: Cursor): SeqSpan {
  if (!cursor) return { first, last }
  const { seq } = cursor.position
  return descending
    ? { first, last: Math.min(last, seq - 1) }
    : { first: Math.max(first, seq + 1), last }
}
