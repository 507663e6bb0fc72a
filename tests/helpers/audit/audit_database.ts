import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { getActiveTest } from '@japa/runner'
import app from '@adonisjs/core/services/app'
import db from '@adonisjs/lucid/services/db'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import { connectionConfig, type Place } from '#tests/helpers/audit/connection_config'
import { postgresUrl } from '#tests/helpers/audit/postgres_url'

export interface AuditDatabase {
  place: Place
  connect: () => QueryClientContract
}

/** Each opens empty audit tables of their own, which are gone when the running test ends. */
export const auditDatabases = databasesOf('audit')

/** The same for the tables of another capability: those whose migrations have this word in their name. */
export function databasesOf(
  word: string
): { name: Place['dialect']; open: () => Promise<AuditDatabase> }[] {
  return [
    { name: 'SQLite', open: () => openSqlite(word) },
    ...(postgresUrl
      ? [{ name: 'PostgreSQL' as const, open: () => openPostgres(postgresUrl!, word) }]
      : []),
  ]
}

async function openSqlite(word: string): Promise<AuditDatabase> {
  const file = app.makePath('tmp', `${uniqueName()}.sqlite3`)
  mkdirSync(app.makePath('tmp'), { recursive: true })

  cleanup(() => {
    for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true })
  })
  return open({ dialect: 'SQLite', file }, word)
}

async function openPostgres(url: string, word: string): Promise<AuditDatabase> {
  const schema = uniqueName()
  const admin = `${schema}_admin`
  db.manager.add(admin, { client: 'pg', connection: { connectionString: url } })
  await db.connection(admin).rawQuery('CREATE SCHEMA ??', [schema])

  cleanup(async () => {
    await db.connection(admin).rawQuery('DROP SCHEMA ?? CASCADE', [schema])
    await db.manager.close(admin, true)
  })
  return open({ dialect: 'PostgreSQL', url, schema }, word)
}

/** One more connection to a place, as another process would have it. */
export function connectionTo(place: Place): () => QueryClientContract {
  const name = uniqueName()
  db.manager.add(name, connectionConfig(place))
  cleanup(() => db.manager.close(name, true))

  return () => db.connection(name)
}

async function open(place: Place, word: string): Promise<AuditDatabase> {
  const connect = connectionTo(place)
  for (const file of migrationsWith(word)) {
    const { default: Migration } = await import(`#database/migrations/${file}`)
    await new Migration(connect(), file).execUp()
  }
  return { place, connect }
}

/** In their order, without the tables of other capabilities. */
function migrationsWith(word: string): string[] {
  const files = readdirSync(app.migrationsPath()).map((file) => file.replace(/\.[jt]s$/, ''))
  return files.filter((file) => file.includes(word)).sort()
}

function uniqueName() {
  return `audit_${randomBytes(6).toString('hex')}`
}

function cleanup(task: () => void | Promise<void>) {
  getActiveTest()!.cleanup(task)
}
