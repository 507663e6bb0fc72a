import { setImmediate as nextTurn } from 'node:timers/promises'
import { ExportOvertaken } from '#audit/export/errors'
import { type EventFilters, hasFilters } from '#audit/search/event_filters'
import type { ExportStore, StoredEvent } from '#audit/stores/export_store'

/** Some 128 KB when written. */
const PAGE = 160

/** How many numbers one query may look through, so that none takes long where few events match. */
const STRETCH = 20_000

/**
 * The events that stand in the trail when reading begins and pass the filters, page by
 * page. What is appended meanwhile is left out.
 */
export class EventPages {
  readonly #store: ExportStore
  readonly #filters: EventFilters
  #newestSeq = 0

  constructor(store: ExportStore, filters: EventFilters) {
    this.#store = store
    this.#filters = filters
  }

  /** Where reading ends; 0 until it has begun. */
  get newestSeq(): number {
    return this.#newestSeq
  }

  /** @throws {ExportOvertaken} */
  async *[Symbol.asyncIterator](): AsyncGenerator<StoredEvent[]> {
    const bounds = await this.#store.bounds()
    if (!bounds) return
    this.#newestSeq = bounds.last

    let after = bounds.first - 1
    let previous: number | undefined
    while (after < bounds.last) {
      const upTo = Math.min(after + STRETCH, bounds.last)
      const page = await this.#store.events({ after, upTo, limit: PAGE }, this.#filters)
      if (page.length > 0) {
        await this.#assertNotOvertaken(page[0].seq, previous)
        previous = page.at(-1)!.seq
        yield page
      }

      after = page.length === PAGE ? previous! : upTo
      await nextTurn()
    }
  }

  /**
   * A purge that runs meanwhile takes whole beginnings of the trail. An event that is
   * missing where its predecessor still stands was missing before: that is exported as it is.
   */
  async #assertNotOvertaken(seq: number, previous?: number): Promise<void> {
    if (previous === undefined || seq === previous + 1 || hasFilters(this.#filters)) return
    if (!(await this.#store.has(previous))) throw new ExportOvertaken()
  }
}
