/** How a database treats what it has committed, in its own words. */
export interface DurabilitySettings {
  /** PostgreSQL's `fsync` and `synchronous_commit`. */
  fsync?: string
  synchronousCommit?: string

  /** SQLite's pragmas. */
  synchronous?: number
  journalMode?: string
}

/** SQLite's `synchronous` from which on a commit is on disk when it returns. */
const FULL = 2

/** Why a crash of the machine could take committed events with it. */
export function durabilityProblems(settings: DurabilitySettings): string[] {
  const problems = [
    settings.fsync === 'off' && 'PostgreSQL runs with fsync=off: set it to on.',
    settings.synchronousCommit === 'off' &&
      'PostgreSQL runs with synchronous_commit=off: set it to on, for the server, the database and the user.',
    (settings.synchronous ?? FULL) < FULL &&
      'SQLite runs with PRAGMA synchronous below FULL: set it to FULL.',
    /^(off|memory)$/i.test(settings.journalMode ?? '') &&
      `SQLite runs with journal_mode=${settings.journalMode}: keep the database in a file, with journal_mode=WAL.`,
  ]
  return problems.filter((problem) => problem !== false)
}

/**
 * Why the tables are not those of this version. A database where nothing ran yet is no
 * problem: the gateway lives without tables, and says that it is not ready.
 *
 * @param known the migrations of this version
 * @param ran those that the database has seen
 */
export function migrationProblems(known: readonly string[], ran: readonly string[]): string[] {
  const unknown = ran.filter((name) => !known.includes(name))
  const pending = known.filter((name) => !ran.includes(name))

  if (unknown.length > 0) {
    return [
      `The database was migrated by a newer version (${listed(unknown)}): start that version, or restore the backup from before it.`,
    ]
  }
  if (ran.length > 0 && pending.length > 0) {
    return [
      `The database is only partly migrated (${listed(pending)} did not run): run node ace migration:run --force.`,
    ]
  }
  return []
}

function listed(names: readonly string[]): string {
  const [first, ...others] = names
  return others.length > 0 ? `${first} and ${others.length} more` : first
}
