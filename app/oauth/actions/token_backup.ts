import { open, readFile, rm } from 'node:fs/promises'
import type { TokenRecord } from '#oauth/contracts'
import { UnreadableRecord } from '#oauth/errors'
import { storeEvents } from '#oauth/store_events'
import type { Cause } from '#oauth/events'
import type { EncryptedTokenStore } from '#oauth/stores/encrypted'
import { recordFromText, recordToText } from '#oauth/stores/stored_text'
import type { Clock } from '#shared/clock'
import type { EventRecorder } from '#shared/event_recorder'
import { GatewayError } from '#shared/gateway_error'
import { failureCode } from '#shared/failure_code'

/** The first line of a backup. What follows is one row per line, its token sealed as in the store. */
const HEAD = { format: 'orange-sms-gateway-tokens', version: 1 }

export interface TokenBackupParts {
  store: EncryptedTokenStore
  recorder: EventRecorder
  clock: Clock
}

export interface RestoreCount {
  restored: number

  /** Tokens that have ended since. */
  ended: number

  /** Tokens that the store has a later one of, or that were removed on purpose since. */
  superseded: number

  /** Rows that no key opens, or that were changed. */
  unreadable: number
}

/** The file cannot be written, or is no backup. */
export class BackupRefused extends GatewayError {
  constructor(detail: string) {
    super(detail, { code: 'backup_refused', status: 422, retryable: false })
  }
}

/** Takes the token store out into a file and brings it back. What is in the file is sealed. */
export class TokenBackup {
  readonly #parts: TokenBackupParts

  constructor(parts: TokenBackupParts) {
    this.#parts = parts
  }

  /**
   * @returns how many tokens were written
   * @throws {BackupRefused} when the file is there already or cannot be written
   */
  async write(path: string, cause: Cause): Promise<number> {
    const { store, recorder } = this.#parts
    const lines: string[] = []
    for await (const key of store.keys()) {
      const record = await this.#sealed(key)
      if (record) lines.push(JSON.stringify({ key, record: recordToText(record) }))
    }

    await writeNew(path, [JSON.stringify(HEAD), ...lines, ''].join('\n'))
    try {
      await recorder.record(storeEvents.backedUp(store.name, { tokens: lines.length }, cause))
    } catch (error) {
      // No copy of all tokens that the trail does not know of.
      await rm(path, { force: true })
      throw error
    }
    return lines.length
  }

  /** @throws {BackupRefused} when the file is no backup; nothing was changed then */
  async restore(path: string, cause: Cause): Promise<RestoreCount> {
    const { store, recorder } = this.#parts
    const rows = await readRows(path)
    const count: RestoreCount = { restored: 0, ended: 0, superseded: 0, unreadable: 0 }

    for (const row of rows) count[await this.#bring(row)]++
    await recorder.record(storeEvents.backupRestored(store.name, { ...count }, cause))
    return count
  }

  async #sealed(key: string): Promise<TokenRecord | null> {
    try {
      return await this.#parts.store.sealed(key)
    } catch (error) {
      if (error instanceof UnreadableRecord) return null
      throw error
    }
  }

  async #bring({ key, record: text }: Row): Promise<keyof RestoreCount> {
    const { store, clock } = this.#parts
    const record = readRecord(text)
    if (!record) return 'unreadable'
    if (record.expiresAt <= clock.now()) return 'ended'

    const stored = await this.#sealed(key)
    if (stored && stored.issuedAt >= record.issuedAt) return 'superseded'
    const states = await store.states([key])
    if (states.get(key)?.removed) return 'superseded'

    const outcome = await store.restore(key, record, stored?.fingerprint ?? null)
    return outcome === 'changed' ? 'superseded' : outcome
  }
}

interface Row {
  key: string
  record: string
}

function readRecord(text: string): TokenRecord | null {
  try {
    return recordFromText(text)
  } catch {
    return null
  }
}

async function writeNew(path: string, text: string): Promise<void> {
  try {
    const file = await open(path, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } catch (error) {
      await rm(path, { force: true })
      throw error
    } finally {
      await file.close()
    }
  } catch (error) {
    const code = failureCode(error)
    throw new BackupRefused(
      code === 'EEXIST'
        ? 'There is a file of that name already: nothing was written.'
        : `The file cannot be written (${code}).`
    )
  }
}

async function readRows(path: string): Promise<Row[]> {
  const text = await readFile(path, 'utf8').catch((error) => {
    throw new BackupRefused(`The file cannot be read (${failureCode(error)}).`)
  })
  const [head, ...lines] = text.split('\n').filter(Boolean)
  if (head !== JSON.stringify(HEAD)) throw new BackupRefused('The file is no backup of tokens.')
  return lines.map(rowOf)
}

function rowOf(line: string, at: number): Row {
  try {
    const { key, record } = JSON.parse(line)
    if (typeof key === 'string' && typeof record === 'string') return { key, record }
  } catch {
    // Said below, for both.
  }
  throw new BackupRefused(`Line ${at + 2} of the file is no row of a backup: nothing was changed.`)
}
