import Database from 'better-sqlite3'

/** The trail as a reviewer would read it, oldest first. */
export function auditRows(path: string): Record<string, unknown>[] {
  const database = new Database(path, { readonly: true })
  try {
    return database
      .prepare<[], Record<string, unknown>>(
        `select seq, substr(occurred_at, 12, 8) as time, event_type as event, outcome,
                actor_type || ' ' || actor_id as actor, substr(fingerprint, 1, 12) as fingerprint
           from audit_events order by seq`
      )
      .all()
  } finally {
    database.close()
  }
}
