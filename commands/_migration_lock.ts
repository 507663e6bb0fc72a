import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { Client, type ClientConfig } from 'pg'

/** Keeps other processes from migrating the same database. Whoever holds it and dies, lets go of it. */
export interface MigrationLock {
  /** Whether it is held from now on. Never waits. */
  tryAcquire(): Promise<boolean>

  /** Lets go of it, or of what an attempt has left. */
  release(): Promise<void>
}

/** The key under which Lucid locks: its other migration commands, and older versions, see the lock. */
const LUCID_KEY = 1

const LOOK_MS = 250

/** An advisory lock, in a session of its own: the end of the session is the end of the lock. */
export class PostgresMigrationLock implements MigrationLock {
  readonly #config: ClientConfig
  #session?: Client

  constructor(config: ClientConfig) {
    this.#config = config
  }

  async tryAcquire(): Promise<boolean> {
    const session = this.#session ?? (await this.#connect())
    const { rows } = await session.query('SELECT pg_try_advisory_lock($1) AS held', [LUCID_KEY])
    return rows[0].held
  }

  async release(): Promise<void> {
    await this.#session?.end()
  }

  async #connect(): Promise<Client> {
    const session = new Client({ ...this.#config, keepAlive: true })
    // A session that breaks off is noticed by the migration, whose connections break off too.
    session.on('error', () => {})
    await session.connect()
    this.#session = session
    return session
  }
}

/** An exclusive transaction on a database beside the database, which stays behind, empty. */
export class SqliteMigrationLock implements MigrationLock {
  readonly #path: string
  #file?: Database.Database

  constructor(path: string) {
    this.#path = `${path}.migration-lock`
  }

  async tryAcquire(): Promise<boolean> {
    this.#file ??= new Database(this.#path, { timeout: 0 })
    try {
      this.#file.exec('BEGIN EXCLUSIVE')
      return true
    } catch (error) {
      if ((error as { code?: string }).code === 'SQLITE_BUSY') return false
      throw error
    }
  }

  async release(): Promise<void> {
    this.#file?.close()
  }
}

/** For a database that no other process can see. */
const alone: MigrationLock = {
  tryAcquire: async () => true,
  release: async () => {},
}

/** The lock of the database that this configuration of Lucid names. */
export function migrationLock(config: { client: string; connection?: unknown }): MigrationLock {
  if (config.client === 'pg') return new PostgresMigrationLock(config.connection as ClientConfig)

  const { filename } = config.connection as { filename: string }
  return filename === ':memory:' ? alone : new SqliteMigrationLock(filename)
}

/**
 * Waits until the lock is held.
 *
 * @returns whether it is, in the end
 */
export async function acquireInTime(
  lock: MigrationLock,
  { seconds, waiting }: { seconds: number; waiting: () => void }
): Promise<boolean> {
  if (await lock.tryAcquire()) return true
  waiting()

  const deadline = performance.now() + seconds * 1_000
  while (performance.now() < deadline) {
    await sleep(LOOK_MS)
    if (await lock.tryAcquire()) return true
  }
  return false
}
