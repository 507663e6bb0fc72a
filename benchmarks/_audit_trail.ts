import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { Client } from 'pg'
import { AppFactory } from '@adonisjs/core/factories/app'
import { LoggerFactory } from '@adonisjs/core/factories/logger'
import { Emitter } from '@adonisjs/core/events'
import { Secret } from '@adonisjs/core/helpers'
import { Database } from '@adonisjs/lucid/database'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import { ChainGuard } from '#audit/chain/chain_guard'
import { SigningKey } from '#audit/chain/signing_key'
import { TrustedKeys } from '#audit/chain/trusted_keys'
import { entryOf } from '#audit/recording/entry'
import { GroupWriter } from '#audit/recording/group_writer'
import { AuditStore } from '#audit/stores/audit_store'
import { systemClock } from '#shared/clock'
import { connectionConfig, type Place } from '#tests/helpers/audit/connection_config'

const SEED = Buffer.alloc(32, 5).toString('base64')
const SQLITE_FILE = resolve('tmp/bench-audit.sqlite3')
const SCHEMA = 'bench_audit_verify'
const GROUP = 64

export const signingKey = new SigningKey(new Secret(SEED))
export const trustedKeys = new TrustedKeys([signingKey.publicKey])

/** A migrated database of the benchmark's own. */
export interface BenchDatabase {
  name: string
  connect: () => QueryClientContract

  /** What a command needs in its environment to work on it. */
  env: Record<string, string>
  close: () => Promise<void>
}

export async function sqliteDatabase(): Promise<BenchDatabase> {
  const remove = () => {
    for (const end of ['', '-wal', '-shm']) rmSync(SQLITE_FILE + end, { force: true })
  }
  remove()
  const env = { DB_CONNECTION: 'sqlite', SQLITE_PATH: SQLITE_FILE, AUDIT_SIGNING_KEY: SEED }
  const place = { dialect: 'SQLite', file: SQLITE_FILE } as const
  return open(place, { env, remove })
}

/** Undefined, and said so, where no PostgreSQL answers. */
export async function postgresDatabase(): Promise<BenchDatabase | undefined> {
  const url = process.env.DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/test'
  const admin = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  try {
    await admin.connect()
  } catch {
    process.stdout.write('\nSKIPPED on PostgreSQL: start it and set DATABASE_URL\n')
    return undefined
  }

  const remove = async () => {
    await admin.query(`DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE`)
    await admin.end()
  }
  await admin.query(`DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE`)
  await admin.query(`CREATE SCHEMA ${SCHEMA}`)
  const address = new URL(url)
  address.searchParams.set('options', `-csearch_path=${SCHEMA}`)
  const env = {
    DB_CONNECTION: 'postgres',
    DATABASE_URL: address.href,
    AUDIT_SIGNING_KEY: SEED,
  }
  const place = { dialect: 'PostgreSQL', url, schema: SCHEMA } as const
  return open(place, { env, remove })
}

async function open(
  place: Place,
  { env, remove }: { env: Record<string, string>; remove: () => void | Promise<void> }
): Promise<BenchDatabase> {
  execFileSync(process.execPath, ['ace.js', 'migration:run'], {
    stdio: 'ignore',
    env: { ...process.env, ...env },
  })
  const emitter = new Emitter(new AppFactory().create(new URL('./', import.meta.url)))
  const logger = new LoggerFactory().create()
  const connections = { audit: connectionConfig(place) }
  const database = new Database({ connection: 'audit', connections }, logger, emitter)

  return {
    name: place.dialect,
    env,
    connect: () => database.connection(),
    async close() {
      await database.manager.closeAll()
      await remove()
    },
  }
}

/** Records so many events in groups, as the gateway does under load, all in one transaction. */
export async function record(connect: () => QueryClientContract, events: number): Promise<void> {
  const store = new AuditStore(connect, 'main')
  const guard = new ChainGuard(trustedKeys, 'main')
  const writer = new GroupWriter({ store, guard, signingKey, clock: systemClock })

  await store.transaction(async (trx) => {
    for (let start = 0; start < events; start += GROUP) {
      const count = Math.min(GROUP, events - start)
      const entries = Array.from({ length: count }, (_, index) =>
        entryOf(event(start + index), 'bench:1')
      )
      await writer.write(entries, trx)
    }
  })
}

/** Every fourth has an address, as what callers of the API do has one. */
function event(number: number) {
  const sourceIp = number % 4 === 0 ? '192.0.2.1' : undefined
  return {
    type: 'auth.token.generated',
    outcome: 'success',
    actor: { type: 'user', id: String(number % 100), role: 'admin', sourceIp },
    target: { type: 'oauth_client', id: 'orange' },
    token: { fingerprint: 'a1b2c3d4e5f60718', issuedAt: 1_780_000_000_000 },
    attemptId: `attempt-${number}`,
    correlationId: `request-${number}`,
    httpStatus: 200,
    durationMs: 120,
  } as const
}
