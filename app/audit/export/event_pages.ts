import { setImmediate as nextTurn } from 'node:timers/promises'
import { ExportOvertaken } from '#audit/export/errors'
import type { ExportStore, StoredEvent } from '#audit/stores/export_store'

const PAGE = 1_000

/** How many numbers one query may look through, so that none takes long where few events match. */
const STRETCH = 20_000

/** The events that stand in the trail now, page by page. What is appended meanwhile is left out. */
export async function* eventPages(store: ExportStore): AsyncGenerator<StoredEvent[]> {
  const bounds = await store.bounds()
  if (!bounds) return

  let after = bounds.first - 1
  let previous: number | undefined
  while (after < bounds.last) {
    const upTo = Math.min(after + STRETCH, bounds.last)
    const page = await store.events({ after, upTo, limit: PAGE })
    if (page.length > 0) {
      await assertNotOvertaken(store, page[0].seq, previous)
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
async function assertNotOvertaken(store: ExportStore, seq: number, previous?: number) {
  if (previous === undefined || seq === previous + 1) return
  if (!(await store.has(previous))) throw new ExportOvertaken()
}
