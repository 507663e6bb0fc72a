/**
 * Asks for the next item before the one at hand is used, so that whoever makes them works
 * meanwhile. A failure comes in its turn, after the items before it.
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
      yield value
    }
  } finally {
    await items.return?.()
  }
}
