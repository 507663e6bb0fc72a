import { createHash } from 'node:crypto'
import BetterSqlite from 'better-sqlite3'
import { Client } from 'pg'
import { LoggerFactory } from '@adonisjs/core/factories/logger'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import { AuditExport } from '#audit/export/audit_export'
import type { ExportOrder } from '#audit/export/export_events'
import { ExportStore } from '#audit/stores/export_store'
import { systemClock } from '#shared/clock'
import { EventRecorder } from '#shared/event_recorder'
import {
  type BenchDatabase,
  postgresDatabase,
  record,
  signingKey,
  sqliteDatabase,
} from './_audit_trail.js'
import { compare, type Comparison } from './harness.js'
import { peakOfCommand } from './peak_of_command.js'

const EVENTS = 50_000
const PAGE = 1_000
const SELECT = 'SELECT seq, prev_fingerprint, fingerprint, body FROM audit_events'
const CHUNK = 65_536

const ORDER: ExportOrder = {
  format: 'ndjson',
  filters: { words: {} },
  asked: {},
  actor: { type: 'user', id: '7', role: 'reviewer' },
  correlationId: 'bench',
}

/** That an export is recorded is not what is measured. */
class NoRecorder extends EventRecorder {
  async record(): Promise<void> {}
}

/** An export beside the least that it has to do: stream the rows with the driver, a line each. */
export async function auditExport(): Promise<Comparison[]> {
  const comparisons = [await measure(await sqliteDatabase(), rawSqlite)]
  const postgres = await postgresDatabase()
  if (postgres) comparisons.push(await measure(postgres, rawPostgres))
  return comparisons
}

async function measure(
  { name, connect, env, close }: BenchDatabase,
  rows: (env: BenchDatabase['env']) => AsyncIterable<object> | Iterable<object>
): Promise<Comparison> {
  await record(connect, EVENTS)
  const comparison = await compare(`Exporting ${EVENTS} events on ${name}`, EVENTS, [
    { name: 'streaming the rows with the driver, and SHA-256', run: () => streamed(rows(env)) },
    { name: 'the export as NDJSON', run: () => exported(connect) },
  ])
  const peak = await peakOfCommand(env, 'audit:export', '-')
  process.stdout.write(`\nPeak memory of audit:export on ${name}: ${peak} MB\n`)
  await close()
  return comparison
}

async function exported(connect: () => QueryClientContract): Promise<void> {
  const run = await new AuditExport({
    store: new ExportStore(connect),
    recorder: new NoRecorder(),
    signingKey,
    clock: systemClock,
    logger: new LoggerFactory().create(),
    chain: 'main',
  }).start(ORDER)

  for await (const chunk of run) if (chunk.length === 0) throw new Error('An empty chunk')
  if (run.extent.count !== EVENTS) throw new Error('The export of the benchmark is not whole')
}

async function streamed(rows: AsyncIterable<object> | Iterable<object>): Promise<void> {
  const digest = createHash('sha256')
  let lines = ''

  for await (const row of rows) {
    lines += `${JSON.stringify(row)}\n`
    if (lines.length < CHUNK) continue
    digest.update(Buffer.from(lines))
    lines = ''
  }
  digest.update(lines).digest('hex')
}

function* rawSqlite({ SQLITE_PATH: path }: BenchDatabase['env']): Generator<object> {
  const database = new BetterSqlite(path, { readonly: true })
  yield* database.prepare(`${SELECT} ORDER BY seq`).iterate() as Iterable<object>
  database.close()
}

async function* rawPostgres({
  DATABASE_URL: connectionString,
}: BenchDatabase['env']): AsyncGenerator<object> {
  const text = `${SELECT} WHERE seq > $1 ORDER BY seq LIMIT ${PAGE}`
  const client = new Client({ connectionString })
  await client.connect()
  for (let after = 0; after < EVENTS;) {
    const { rows } = await client.query({ name: 'page', text, values: [after] })
    yield* rows
    after = Number(rows.at(-1).seq)
  }
  await client.end()
}
