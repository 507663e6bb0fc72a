import { randomBytes, randomUUID } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { Secret } from '@adonisjs/core/helpers'
import { failureCode } from '#shared/failure_code'

const SEED_BYTES = 32

/**
 * The signing seed of a machine that was given none: made once, kept in a file that
 * only its owner can read, the same for every process that uses the file.
 */
export function developmentSeed(path: string): Secret<string> {
  mkdirSync(dirname(path), { recursive: true })
  createOnce(path, randomBytes(SEED_BYTES).toString('base64'))

  return new Secret(readFileSync(path, 'utf8').trim())
}

/** Linking a whole file to its name either succeeds or finds the file of a faster process. */
function createOnce(path: string, content: string): void {
  const draft = `${path}.${randomUUID()}`
  writeFileSync(draft, `${content}\n`, { mode: 0o600, flag: 'wx' })

  try {
    linkSync(draft, path)
  } catch (error) {
    if (failureCode(error) !== 'EEXIST') throw error
  } finally {
    rmSync(draft)
  }
}
