import { randomUUID } from 'node:crypto'
import { access, constants, link, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { ExportFileExists, ExportFileUnwritable } from '#audit/export/errors'
import { failureCode } from '#shared/failure_code'
import { GatewayError } from '#shared/gateway_error'

/** A file to export to: whole and on disk under its name, or not there at all. */
export class ExportFile {
  readonly path: string
  readonly #replace: boolean

  /** @param options.replace whether a file of that name may be replaced */
  constructor(path: string, { replace }: { replace: boolean }) {
    this.path = resolve(path)
    this.#replace = replace
  }

  /**
   * Looks whether there is a place for it, before anything is exported.
   *
   * @throws {ExportFileExists}
   * @throws {ExportFileUnwritable}
   */
  check(): Promise<void> {
    return ours(async () => {
      await access(dirname(this.path), constants.W_OK)
      if (!this.#replace && (await exists(this.path))) throw new ExportFileExists()
    })
  }

  /**
   * @throws {ExportFileExists}
   * @throws {ExportFileUnwritable}
   */
  async write(chunks: AsyncIterable<Buffer>): Promise<void> {
    const draft = join(dirname(this.path), `.${basename(this.path)}.${randomUUID()}.partial`)

    await ours(async () => {
      try {
        await fill(draft, chunks)
        await this.#publish(draft)
      } finally {
        await rm(draft, { force: true })
      }
    })
  }

  /** A link is refused where the name is taken, also by a file that came meanwhile. */
  async #publish(draft: string): Promise<void> {
    if (this.#replace) await rename(draft, this.path)
    else await link(draft, this.path)
    await syncFolder(dirname(this.path))
  }
}

/** Readable by its owner only: it holds addresses. */
async function fill(path: string, chunks: AsyncIterable<Buffer>): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    for await (const chunk of chunks) await file.writeFile(chunk)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Without it, the name could be lost with the power. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false
  )
}

async function ours<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof GatewayError) throw error
    const code = failureCode(error)
    throw code === 'EEXIST' ? new ExportFileExists() : new ExportFileUnwritable(code)
  }
}
