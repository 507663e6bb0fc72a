/** A connection of the PostgreSQL driver, as far as it concerns us here. */
interface Connection {
  query(...args: unknown[]): unknown
  connection: { stream: { destroy(): void } }
}

/** How the driver says that `query_timeout` has passed; it gives no code. */
const TIMED_OUT = 'Query read timeout'

/**
 * Ends a connection on which a query has timed out. The driver would go on using it: behind
 * a line that died in silence each query would wait for the whole timeout, one after the
 * other, though a new connection may answer at once.
 */
export function endWhenSilent(connection: Connection): void {
  const query = connection.query.bind(connection)

  connection.query = (...args) => {
    const answered = args.at(-1)
    if (typeof answered !== 'function') return query(...args)

    return query(...args.slice(0, -1), (error: Error | null, ...rest: unknown[]) => {
      if (error?.message === TIMED_OUT) connection.connection.stream.destroy()
      answered(error, ...rest)
    })
  }
}
