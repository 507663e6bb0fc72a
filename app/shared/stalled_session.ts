/** A connection of the PostgreSQL driver, as far as it concerns us here. */
interface Connection {
  query(sql: string, answered: (error: Error | null) => void): unknown
}

/**
 * Has PostgreSQL end a session that does nothing inside a transaction for this long: a process
 * that was suspended in the middle would keep its locks, and everybody else from recording.
 */
export function endWhenStalled(
  connection: Connection,
  stalledMs: number,
  done: (error: Error | null) => void
): void {
  connection.query(`SET idle_in_transaction_session_timeout = ${stalledMs}`, done)
}
