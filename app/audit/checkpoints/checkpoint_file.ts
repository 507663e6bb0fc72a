import { createReadStream } from 'node:fs'
import { mkdir, open, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import type { TrustedKeys } from '#audit/chain/trusted_keys'
import type { Anchor } from '#audit/checkpoints/anchor'
import type { Checkpoint } from '#audit/checkpoints/checkpoint'
import { type CheckpointEntry, entryFrom, lineOf } from '#audit/checkpoints/checkpoint_line'
import { acknowledgementText } from '#audit/checkpoints/rollback_acknowledgement'
import { failureCode } from '#shared/failure_code'

const LINE_BREAK = 0x0a

/** Enough for the checkpoints of some hours. */
const TAIL_BYTES = 256 * 1024

/**
 * The file that checkpoints are appended to, one JSON document a line. Several processes
 * may share it: a line is one write at its end.
 */
export class CheckpointFile implements Anchor {
  readonly name = 'file'
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  keep(checkpoint: Checkpoint): Promise<void> {
    return this.append(checkpoint)
  }

  /** On disk when it resolves. @throws the file system's error */
  async append(entry: CheckpointEntry): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true })
    const file = await open(this.#path, 'a+', 0o600)
    try {
      // A process that died while writing left half a line: it stays one, and harms no other.
      const lineBreak = (await endsInsideLine(file)) ? '\n' : ''
      await file.write(`${lineBreak}${lineOf(entry)}\n`)
      await file.datasync()
    } finally {
      await file.close()
    }
  }

  /**
   * Everything that is in the file, in the order in which it was written; nothing when
   * there is no file. Acknowledgements count only if somebody we trust has signed them.
   *
   * @throws the file system's error
   */
  async *entries(keys: TrustedKeys): AsyncGenerator<CheckpointEntry> {
    yield* genuineOnes(this.#lines(0), keys)
  }

  /** What was written last. The first line of the part that is read may be cut: it is no entry then. */
  async *recentEntries(keys: TrustedKeys): AsyncGenerator<CheckpointEntry> {
    const start = Math.max(0, (await this.#size()) - TAIL_BYTES)
    yield* genuineOnes(this.#lines(start), keys)
  }

  async *#lines(start: number): AsyncGenerator<string> {
    if ((await this.#size()) === 0) return
    yield* createInterface({ input: createReadStream(this.#path, { start }), crlfDelay: Infinity })
  }

  async #size(): Promise<number> {
    try {
      const file = await open(this.#path, 'r')
      const { size } = await file.stat().finally(() => file.close())
      return size
    } catch (error) {
      if (failureCode(error) === 'ENOENT') return 0
      throw error
    }
  }
}

async function* genuineOnes(
  lines: AsyncIterable<string>,
  keys: TrustedKeys
): AsyncGenerator<CheckpointEntry> {
  for await (const line of lines) {
    const entry = entryFrom(line)
    if (!entry) continue

    const acknowledged = 'kind' in entry && acknowledgementText(entry)
    if (!acknowledged || keys.verdictOn(acknowledged, entry) === 'genuine') yield entry
  }
}

async function endsInsideLine(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat()
  if (size === 0) return false

  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1)
  return buffer[0] !== LINE_BREAK
}
