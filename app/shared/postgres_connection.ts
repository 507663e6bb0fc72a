/** A connection of the PostgreSQL driver, as far as it concerns us here. */
interface Connection {
  query(...args: unknown[]): unknown
  connection: { stream: { destroy(): void } }
}

/** How long a transaction may stand still, in milliseconds. Longer than any query takes. */
const STALLED_TIMEOUT = 15_000

/** How the driver says that `query_timeout` has passed; it gives no code. */
const TIMED_OUT = 'Query read timeout'

/**
 * Makes a new connection fail in time rather than hang. For the `afterCreate` of its pool.
 *
 * @param stalledMs see {@link endWhenStalled}
 */
export function preparePostgres(stalledMs = STALLED_TIMEOUT) {
  return (
    connection: Connection,
    done: (error: Error | null, connection: unknown) => void
  ): void => {
    endWhenSilent(connection)
    endWhenStalled(connection, stalledMs, (error) => done(error, connection))
  }
}

/**
 * Ends a connection on which a query has timed out. The driver would go on using it: behind
 * a line that died in silence each query would wait for the whole timeout, one after the
 * other, though a new connection may answer at once.
 */
function endWhenSilent(connection: Connection): void {
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

/**
 * Has PostgreSQL end a session that does nothing inside a transaction for this long: a process
 * that was suspended in the middle would keep its locks, and everybody else from recording.
 */
function endWhenStalled(
  connection: Connection,
  stalledMs: number,
  done: (error: Error | null) => void
): void {
  connection.query(`SET idle_in_transaction_session_timeout = ${stalledMs}`, done)
}
