import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { AppFactory } from '@adonisjs/core/factories/app'
import { EmitterFactory } from '@adonisjs/core/factories/events'
import { LoggerFactory } from '@adonisjs/core/factories/logger'
import { Database } from '@adonisjs/lucid/database'
import type { ConnectionConfig, QueryClientContract } from '@adonisjs/lucid/types/database'
import { connectionConfig } from '#tests/helpers/audit/connection_config'

export interface BenchDatabase {
  name: 'SQLite' | 'PostgreSQL'
  client: QueryClientContract
  close(): Promise<void>
}

const POSTGRES_URL = process.env.DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/test'

/** Empty audit tables on SQLite, in a file under tmp/. Closing removes them, unless they are to be kept. */
export async function sqliteBench(name: string, keep = false): Promise<BenchDatabase> {
  const file = `tmp/${name}.sqlite3`
  const remove = () => ['', '-wal', '-shm'].forEach((end) => rmSync(file + end, { force: true }))
  mkdirSync('tmp', { recursive: true })
  if (!keep) remove()

  const { client, close } = await connect(connectionConfig({ dialect: 'SQLite', file }))
  return {
    name: 'SQLite',
    client,
    async close() {
      await close()
      if (!keep) remove()
    },
  }
}

/** Empty audit tables on PostgreSQL, in a schema of their own. @throws where none answers */
export async function postgresBench(name: string, keep = false): Promise<BenchDatabase> {
  const place = { dialect: 'PostgreSQL', url: POSTGRES_URL, schema: name } as const
  const { client, close } = await connect(connectionConfig(place))
  const drop = () => client.rawQuery('DROP SCHEMA IF EXISTS ?? CASCADE', [name])
  if (!keep) await drop()
  await client.rawQuery('CREATE SCHEMA IF NOT EXISTS ??', [name])

  return {
    name: 'PostgreSQL',
    client,
    async close() {
      if (!keep) await drop()
      await close()
    },
  }
}

/** Runs the migrations of the audit tables; `until` leaves out those from that file name on. */
export async function migrateAudit(client: QueryClientContract, until = '~'): Promise<void> {
  const files = readdirSync('database/migrations').map((file) => file.replace(/\.[jt]s$/, ''))
  for (const file of files.filter((name) => name.includes('audit') && name < until).sort()) {
    const { default: Migration } = await import(`#database/migrations/${file}`)
    await new Migration(client, file).execUp()
  }
}

async function connect(config: ConnectionConfig) {
  const app = new AppFactory().create(new URL('../', import.meta.url))
  const emitter = new EmitterFactory().create(app)
  const logger = new LoggerFactory().create()
  const database = new Database(
    { connection: 'bench', connections: { bench: config } },
    logger,
    emitter
  )

  return { client: database.connection(), close: () => database.manager.closeAll() }
}
