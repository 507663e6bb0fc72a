import { chmod } from 'node:fs/promises'
import Database from 'better-sqlite3'
import { TokenFileRefused } from '#oauth/stores/file/refused'
import { failureCode } from '#shared/failure_code'

/**
 * The right to be the only one who uses a file, as a lock of the operating system on a file
 * beside it: it ends with the process, however that ends. SQLite is how to have such a lock;
 * nothing is ever written to its database.
 *
 * The file beside it is opened by SQLite alone: closing any other handle of it in this
 * process would give the lock away (fcntl(2)). It stays, since others may be waiting at it.
 */
export class SoleOwner {
  readonly #path: string
  #lock?: Database.Database

  constructor(path: string) {
    this.#path = path
  }

  /** @throws {TokenFileRefused} when somebody else has it, or it cannot be had here. Waits for nobody. */
  async take(): Promise<void> {
    try {
      this.#lock = new Database(`${this.#path}.lock`, { timeout: 0 })
      // Otherwise a journal would lie beside it.
      this.#lock.pragma('journal_mode = MEMORY')
      this.#lock.exec('BEGIN EXCLUSIVE')
      await chmod(`${this.#path}.lock`, 0o600)
    } catch (error) {
      this.release()
      throw this.#refusal(failureCode(error))
    }
  }

  release(): void {
    this.#lock?.close()
    this.#lock = undefined
  }

  #refusal(code: string): TokenFileRefused {
    if (code === 'SQLITE_BUSY') {
      return new TokenFileRefused(
        'token_file_held',
        `Another process holds ${this.#path}: a file of tokens belongs to one process. ` +
          'Stop that one, or keep tokens in the database.'
      )
    }
    return new TokenFileRefused(
      'token_file_unwritable',
      `${this.#path}.lock, which says who uses the token file, cannot be had (${code}).`
    )
  }
}
