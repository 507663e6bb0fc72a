import { setImmediate as nextTurn } from 'node:timers/promises'

/**
 * Asks for the next item before the one at hand is used, so that whoever makes them works
 * meanwhile. A failure comes in its turn, after the items before it. Between two items all
 * others in the process have their turn.
 */
export async function* readAhead<Item>(source: AsyncIterable<Item>): AsyncGenerator<Item> {
  const items = source[Symbol.asyncIterator]()
  let next = items.next()

  try {
    while (true) {
      const { done, value } = await next
      if (done) return
      next = items.next()
      // Whoever goes no further does not want its failure.
      next.catch(() => {})
      // Only now is the question on its way.
      await nextTurn()
      yield value
    }
  } finally {
    await items.return?.()
  }
}
