import { access, mkdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import {
  documentFromBytes,
  documentToText,
  emptyDocument,
  NotADocument,
  type TokenDocument,
} from '#oauth/stores/file/document'
import { PrivateFile } from '#oauth/stores/file/private_file'
import { TokenFileRefused } from '#oauth/stores/file/refused'
import { SoleOwner } from '#oauth/stores/file/sole_owner'
import { failureCode } from '#shared/failure_code'

/** The document of all tokens, on disk, with a copy beside it of what stood there before. */
export class TokenFile {
  readonly #file: PrivateFile
  readonly #backup: PrivateFile
  readonly #owner: SoleOwner
  #standing: Uint8Array | null = null

  constructor(path: string) {
    const absolute = resolve(path)
    this.#file = new PrivateFile(absolute)
    this.#backup = new PrivateFile(`${absolute}.bak`)
    this.#owner = new SoleOwner(absolute)
  }

  /**
   * Takes the file for this process and reads it. Where none is, it begins with nothing.
   *
   * @throws {TokenFileRefused} with the file as it was, free for others
   */
  async open(): Promise<TokenDocument> {
    await this.#makeFolder()
    await this.#owner.take()
    try {
      this.#standing = await this.#file.read()
      return this.#standing ? documentFromBytes(this.#standing) : emptyDocument()
    } catch (error) {
      this.close()
      throw error instanceof NotADocument ? await this.#unreadable() : error
    }
  }

  /** @throws {TokenFileRefused} with the file as it was */
  async replace(document: TokenDocument): Promise<void> {
    const next = Buffer.from(documentToText(document))
    if (this.#standing) await this.#backup.replace(this.#standing)
    await this.#file.replace(next)
    this.#standing = next
  }

  /**
   * Makes sure that what was replaced outlives a loss of power.
   *
   * @throws {TokenFileRefused} when the disk does not say so
   */
  settle(): Promise<void> {
    return this.#file.settle()
  }

  close(): void {
    this.#owner.release()
  }

  async #makeFolder(): Promise<void> {
    const folder = dirname(this.#file.path)
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 })
    } catch (error) {
      const code = failureCode(error)
      throw new TokenFileRefused(
        'token_file_unwritable',
        `The folder ${folder} of the token file cannot be made (${code}).`
      )
    }
  }

  async #unreadable(): Promise<TokenFileRefused> {
    const { path } = this.#file
    const remedy = (await isThere(this.#backup.path))
      ? `What stood there before its last change is in ${this.#backup.path}: put that in its ` +
        'place, or move both away to begin without tokens.'
      : 'There is no copy of what stood there before: move it away to begin without tokens.'
    return new TokenFileRefused(
      'token_file_unreadable',
      `The token file ${path} is not what this version writes. Nothing was changed. ${remedy}`
    )
  }
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false
  )
}
