/** A connection of the SQLite driver, as far as it concerns us here. */
interface Connection<Statement> {
  prepare(sql: string): Statement
}

const MOST_KEPT = 100

/**
 * Prepares a statement once for each connection. Preparing costs as much as running where
 * triggers stand behind a table; after a change of the schema SQLite prepares anew by itself.
 */
export function prepareOnce<Statement>(connection: Connection<Statement>): void {
  const prepare = connection.prepare.bind(connection)
  const kept = new Map<string, Statement>()

  connection.prepare = (sql) => {
    const statement = kept.get(sql) ?? prepare(sql)
    kept.delete(sql)
    kept.set(sql, statement)
    if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value!)
    return statement
  }
}
