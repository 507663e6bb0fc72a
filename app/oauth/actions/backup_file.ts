import { open, readFile, rm } from 'node:fs/promises'
import { failureCode } from '#shared/failure_code'
import { GatewayError } from '#shared/gateway_error'

/** A row of a backup, sealed as in its table. */
export interface BackupRow {
  table: string
  key: string
  sealed: string
}

/** The file cannot be written, or is no backup. */
export class BackupRefused extends GatewayError {
  constructor(detail: string) {
    super(detail, { code: 'backup_refused', status: 422, retryable: false })
  }
}

type Line = Readonly<Record<string, unknown>>

const FORMAT = 'orange-sms-gateway-tokens'
const VERSION = 2

/** Table, key and sealed text of a line, by the version of the file. The first one knew one table. */
const LINES: Record<number, (line: Line) => unknown[]> = {
  1: ({ key, record }) => ['tokens', key, record],
  [VERSION]: ({ table, key, sealed }) => [table, key, sealed],
}

/**
 * The first line says what the file is and how many rows it has; each line after it is one row.
 *
 * @throws {BackupRefused} when the file is there already or cannot be written
 */
export async function writeBackup(path: string, rows: readonly BackupRow[]): Promise<void> {
  const head = { format: FORMAT, version: VERSION, rows: rows.length }
  const lines = [head, ...rows].map((line) => JSON.stringify(line))

  try {
    await writeNew(path, `${lines.join('\n')}\n`)
  } catch (error) {
    const code = failureCode(error)
    throw new BackupRefused(
      code === 'EEXIST'
        ? 'There is a file of that name already: nothing was written.'
        : `The file cannot be written (${code}).`
    )
  }
}

async function writeNew(path: string, text: string): Promise<void> {
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
}

/** @throws {BackupRefused} when the file is no backup, or not the whole of one */
export async function readBackup(path: string): Promise<BackupRow[]> {
  const text = await readFile(path, 'utf8').catch((error) => {
    throw new BackupRefused(`The file cannot be read (${failureCode(error)}).`)
  })
  const [first = '', ...lines] = text.split('\n').filter(Boolean)
  const head = parse(first) ?? {}
  if (head.format !== FORMAT) throw new BackupRefused('The file is no backup of tokens.')

  const version = Number(head.version)
  const valuesOf = LINES[version]
  if (!valuesOf) throw new BackupRefused('Another version of the gateway wrote the file.')
  if (version === VERSION && head.rows !== lines.length) {
    throw new BackupRefused('The file has more or fewer rows than it says: nothing was changed.')
  }
  return lines.map((line, at) => rowOf(valuesOf(parse(line) ?? {}), at))
}

function rowOf([table, key, sealed]: unknown[], at: number): BackupRow {
  if (typeof table === 'string' && typeof key === 'string' && typeof sealed === 'string') {
    return { table, key, sealed }
  }
  throw new BackupRefused(`Line ${at + 2} of the file is no row of a backup: nothing was changed.`)
}

function parse(line: string): Line | null {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
