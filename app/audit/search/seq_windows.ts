import { setImmediate } from 'node:timers/promises'
import type { Clock } from '#shared/clock'

/** Events by number, both ends included. */
export interface SeqSpan {
  first: number
  last: number
}

export interface WalkOptions {
  descending: boolean

  /** How long to go on, in milliseconds. */
  budgetMs: number
  clock: Clock

  /** How many numbers the first window has; the narrowest one that there will be. */
  firstWidth?: number
}

const FIRST_WIDTH = 2_000
const WIDEST = 5_000_000

/** How long one window may take at most, and how quick it must be for the next to be wider. */
const SLOW_MS = 100
const QUICK_MS = 25

/**
 * Goes through a span window by window. A filter that few events pass makes a database look
 * at millions of them: this way other requests get their turn in between, and it can end.
 *
 * @param visit answers whether it has seen enough
 * @returns the last number that was visited, or undefined when the whole span was
 */
export async function walk(
  span: SeqSpan,
  { descending, budgetMs, clock, firstWidth = FIRST_WIDTH }: WalkOptions,
  visit: (window: SeqSpan) => Promise<boolean>
): Promise<number | undefined> {
  const start = clock.monotonic()
  let { first, last } = span
  let width = firstWidth

  while (first <= last) {
    const window = descending
      ? { first: Math.max(first, last - width + 1), last }
      : { first, last: Math.min(last, first + width - 1) }

    const before = clock.monotonic()
    const enough = await visit(window)
    const now = clock.monotonic()

    if (descending) last = window.first - 1
    else first = window.last + 1
    if (first > last) return undefined
    if (enough || now - start > budgetMs) return descending ? window.first : window.last

    width = Math.max(firstWidth, nextWidth(width, now - before))
    await setImmediate()
  }
  return undefined
}

function nextWidth(width: number, tookMs: number): number {
  if (tookMs < QUICK_MS) return Math.min(WIDEST, width * 4)
  return tookMs > SLOW_MS ? width >> 1 : width
}
