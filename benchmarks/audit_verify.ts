import { hash } from 'node:crypto'
import BetterSqlite from 'better-sqlite3'
import { Client } from 'pg'
import { FILTER_COLUMNS } from '#audit/chain/audit_row'
import { ChainStore } from '#audit/stores/chain_store'
import { ChainVerifier } from '#audit/verification/chain_verifier'
import {
  type BenchDatabase,
  postgresDatabase,
  record,
  sqliteDatabase,
  trustedKeys,
} from './_audit_trail.js'
import { compare, type Comparison, type Contender } from './harness.js'
import { peakOfCommand } from './peak_of_command.js'

const EVENTS = 100_000
const PAGE = 1_000
const COLUMNS = ['seq', 'body', 'fingerprint', 'prev_fingerprint', ...Object.keys(FILTER_COLUMNS)]
const SELECT = `SELECT ${COLUMNS.join(', ')} FROM audit_events`
const SELECT_VALUES = 'SELECT event_id, field, salt, value FROM audit_personal_values'

interface Row {
  seq: number | string
  body: string
  prev_fingerprint: string
}

interface Value {
  salt: string
  value: string
}

/** Verification beside the least that it has to do: read the rows with the driver, and hash them. */
export async function auditVerify(): Promise<Comparison[]> {
  const comparisons = [await measure(await sqliteDatabase(), rawSqlite)]
  const postgres = await postgresDatabase()
  if (postgres) comparisons.push(await measure(postgres, rawPostgres))
  return comparisons
}

async function measure(
  database: BenchDatabase,
  raw: (env: BenchDatabase['env']) => Promise<Contender['run']>
): Promise<Comparison> {
  const { name, connect, env } = database
  await record(connect, EVENTS)
  const store = new ChainStore(connect, 'main')
  const verifier = new ChainVerifier({ store, keys: trustedKeys })

  const comparison = await compare(`Verifying ${EVENTS} events on ${name}`, EVENTS, [
    { name: 'reading the rows with the driver, and SHA-256', run: await raw(env) },
    { name: 'verify()', run: () => verified(verifier) },
    { name: 'SHA-256 of the same bytes, in memory', run: await inMemory(store) },
  ])
  const peak = await peakOfCommand(env, 'audit:verify', '--json')
  process.stdout.write(`\nPeak memory of audit:verify on ${name}: ${peak} MB\n`)
  await database.close()
  return comparison
}

async function verified(verifier: ChainVerifier): Promise<void> {
  const { valid, count } = await verifier.verify()
  if (!valid || count !== EVENTS) throw new Error('The trail of the benchmark does not verify')
}

async function rawSqlite({ SQLITE_PATH: path }: BenchDatabase['env']) {
  const database = new BetterSqlite(path, { readonly: true })
  const events = database.prepare(`${SELECT} ORDER BY seq`)
  const values = database.prepare(SELECT_VALUES)
  return () => {
    for (const row of events.iterate()) hash('sha256', bytesOf(row as Row), 'hex')
    for (const row of values.iterate()) hash('sha256', bytesOfValue(row as Value), 'hex')
  }
}

async function rawPostgres({ DATABASE_URL: connectionString }: BenchDatabase['env']) {
  const text = `${SELECT} WHERE seq > $1 ORDER BY seq LIMIT ${PAGE}`
  return async () => {
    const client = new Client({ connectionString })
    await client.connect()
    for (let after = 0; after < EVENTS;) {
      const { rows } = await client.query({ name: 'page', text, values: [after] })
      for (const row of rows) hash('sha256', bytesOf(row), 'hex')
      after = Number(rows.at(-1).seq)
    }
    const values = await client.query(SELECT_VALUES)
    for (const row of values.rows) hash('sha256', bytesOfValue(row), 'hex')
    await client.end()
  }
}

async function inMemory(store: ChainStore): Promise<Contender['run']> {
  const texts: Buffer[] = []
  for (let after = 0; after < EVENTS; after += PAGE) {
    const rows = await store.rows({ after, upTo: EVENTS }, PAGE)
    texts.push(...rows.map(bytesOf))
  }
  return () => {
    for (const text of texts) hash('sha256', text, 'hex')
  }
}

function bytesOf({ body, prev_fingerprint: previous }: Row): Buffer {
  return Buffer.concat([Buffer.of(0), Buffer.from(previous, 'hex'), Buffer.from(body, 'utf8')])
}

function bytesOfValue({ salt, value }: Value): Buffer {
  return Buffer.concat([Buffer.from(salt, 'hex'), Buffer.from(value, 'utf8')])
}
