import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'

/** Longer than any event: what is longer is none, and is not kept in memory. */
const LONGEST_LINE = 1024 * 1024
const LINE_BREAK = 0x0a

/** A line of an export, without its line break. */
export interface ExportLine {
  text: string

  /** From 1. */
  number: number
  last: boolean

  /** SHA-256 of all bytes in front of the last line, in hex; for other lines undefined. */
  digestBefore?: string

  /** Read so far. */
  bytes: number
}

/** The lines of an export, of which the last one is known as such. @throws the file system's error */
export async function* exportLines(path: string): AsyncGenerator<ExportLine> {
  const hash = createHash('sha256')
  let bytes = 0
  let number = 0
  let pending: Buffer | undefined

  for await (const line of rawLines(path)) {
    if (pending) {
      number += 1
      hash.update(pending)
      bytes += pending.length
      yield { text: textOf(pending), number, last: false, bytes }
    }
    pending = line
  }

  if (!pending) return
  const digestBefore = hash.digest('hex')
  bytes += pending.length
  yield { text: textOf(pending), number: number + 1, last: true, digestBefore, bytes }
}

/** With their line breaks. A line that is too long comes in pieces, which are no events. */
async function* rawLines(path: string): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0)

  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) {
    const buffer: Buffer = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    let start = 0
    for (let end = buffer.indexOf(LINE_BREAK); end >= 0; end = buffer.indexOf(LINE_BREAK, start)) {
      yield buffer.subarray(start, end + 1)
      start = end + 1
    }
    rest = buffer.subarray(start)
    if (rest.length <= LONGEST_LINE) continue

    yield rest
    rest = Buffer.alloc(0)
  }
  if (rest.length > 0) yield rest
}

const textOf = (line: Buffer) => line.toString('utf8').replace(/\n$/, '')
