/** A connection of the SQLite driver, as far as it concerns us here. */
interface Connection {
  pragma(text: string): unknown
  prepare(sql: string): unknown
}

/**
 * Every commit reaches the disk before it is acknowledged (synchronous=FULL): the audit
 * trail and the ledger promise that. What is erased leaves the file (secure_delete).
 */
export const SQLITE_PRAGMAS = [
  'journal_mode=WAL',
  'synchronous=FULL',
  'busy_timeout=5000',
  'foreign_keys=ON',
  'secure_delete=ON',
]

const MOST_STATEMENTS = 100

/** Makes a new connection keep what is promised of the database. The `afterCreate` of its pool. */
export function prepareSqlite(
  connection: Connection,
  done: (error: null, connection: unknown) => void
): void {
  for (const pragma of SQLITE_PRAGMAS) connection.pragma(pragma)
  prepareOnce(connection)
  done(null, connection)
}

/**
 * Prepares a statement once for each connection. Preparing costs as much as running where
 * triggers stand behind a table; after a change of the schema SQLite prepares anew by itself.
 */
function prepareOnce(connection: Connection): void {
  const prepare = connection.prepare.bind(connection)
  const kept = new Map<string, unknown>()

  connection.prepare = (sql) => {
    const statement = kept.get(sql) ?? prepare(sql)
    kept.delete(sql)
    kept.set(sql, statement)
    if (kept.size > MOST_STATEMENTS) kept.delete(kept.keys().next().value!)
    return statement
  }
}
