import { constants, type Stats } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { TokenFileRefused } from '#oauth/stores/file/refused'
import { failureCode } from '#shared/failure_code'

const OWNER_ONLY = 0o600
const ANYBODY_ELSE = 0o077

/** Neither follows a link nor waits for the other end of a pipe. */
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/**
 * A file that its owner alone may read. It is replaced as a whole: whoever is killed while
 * doing so leaves the old one or the new one. One process writes at a time.
 */
export class PrivateFile {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  /**
   * @returns null when there is none
   * @throws {TokenFileRefused} when it is a link or no file, may be read by others, or cannot be read
   */
  async read(): Promise<Uint8Array | null> {
    try {
      const file = await open(this.path, READ)
      try {
        this.#check(await file.stat())
        return await file.readFile()
      } finally {
        await file.close()
      }
    } catch (error) {
      const code = failureCode(error)
      if (code === 'ENOENT') return null
      if (error instanceof TokenFileRefused) throw error
      if (code === 'ELOOP') throw this.#noFile('a symbolic link')
      throw new TokenFileRefused(
        'token_file_unreadable',
        `The token file ${this.path} cannot be read (${code}).`
      )
    }
  }

  /** @throws {TokenFileRefused} when it cannot be written; the old one stands then */
  async replace(content: Uint8Array): Promise<void> {
    const draft = `${this.path}.new`
    await this.#written(async () => {
      try {
        // One that was left behind, or a link that somebody put there: it is not written into.
        await rm(draft, { force: true })
        await fill(draft, content)
        await rename(draft, this.path)
      } catch (error) {
        await rm(draft, { force: true })
        throw error
      }
    })
  }

  /**
   * Makes sure that the new name outlives a loss of power.
   *
   * @throws {TokenFileRefused} when the disk does not say so
   */
  async settle(): Promise<void> {
    await this.#written(async () => {
      const folder = await open(dirname(this.path), 'r')
      try {
        await folder.sync()
      } finally {
        await folder.close()
      }
    })
  }

  #check(stats: Stats): void {
    if (!stats.isFile()) throw this.#noFile('no file')
    if (!(stats.mode & ANYBODY_ELSE)) return
    const mode = (stats.mode & 0o777).toString(8)
    throw new TokenFileRefused(
      'token_file_open_to_others',
      `Others may use the token file ${this.path} (its mode is ${mode}): chmod 600 ${this.path}`
    )
  }

  #noFile(what: string): TokenFileRefused {
    return new TokenFileRefused(
      'token_file_no_file',
      `${this.path} is ${what}: give the token file a name of its own.`
    )
  }

  async #written(write: () => Promise<void>): Promise<void> {
    try {
      await write()
    } catch (error) {
      throw new TokenFileRefused(
        'token_file_unwritable',
        `The token file ${this.path} cannot be written (${failureCode(error)}).`
      )
    }
  }
}

async function fill(path: string, content: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', OWNER_ONLY)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
}
