import { randomBytes } from 'node:crypto'
import type { Readable } from 'node:stream'

/** 144 bits: too many to guess, few enough to type. */
const RANDOM_BYTES = 18

const MAX_INPUT_BYTES = 4_096

export function makePassword(): string {
  return randomBytes(RANDOM_BYTES).toString('base64url')
}

/** The first line of the input, as it is: white space may be part of a password. */
export async function readPassword(input: Readable): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0

  for await (const chunk of input) {
    chunks.push(Buffer.from(chunk))
    size += chunk.length
    if (size > MAX_INPUT_BYTES) break
  }
  return Buffer.concat(chunks).toString('utf8').split(/\r?\n/, 1)[0]
}
