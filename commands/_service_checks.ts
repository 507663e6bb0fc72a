import { access, constants } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { ApplicationService } from '@adonisjs/core/types'
import { failureCode } from '#shared/failure_code'

export interface CheckResult {
  name: string

  /** Skipped: it could not be looked at because of what failed before. */
  status: 'ok' | 'failed' | 'skipped'
  message: string
}

const ok = (name: string, message: string): CheckResult => ({ name, status: 'ok', message })
const failed = (name: string, message: string): CheckResult => ({ name, status: 'failed', message })

export const skipped = (name: string, message: string): CheckResult => ({
  name,
  status: 'skipped',
  message,
})

/** Whether a file can be written, or made together with its folder. Makes nothing. */
export async function checkPlace(variable: string, path: string): Promise<CheckResult> {
  const refused = await firstRefusal(path)
  return refused === undefined
    ? ok(variable, 'The file can be written')
    : failed(variable, `The file cannot be written (${refused})`)
}

/** The nearest place that exists decides: the file itself, or a folder that it would be made in. */
async function firstRefusal(path: string): Promise<string | undefined> {
  try {
    await access(path, constants.W_OK)
    return undefined
  } catch (error) {
    const code = failureCode(error)
    return code === 'ENOENT' ? firstRefusal(dirname(path)) : code
  }
}

/** Whether the database answers, keeps what it acknowledges, and has the tables of this version. */
export async function checkDatabase(app: ApplicationService): Promise<CheckResult> {
  const { StorageFacts } = await import('#audit/stores/storage_facts')
  const { durabilityProblems, migrationProblems } = await import('#audit/storage/storage_rules')
  const { knownMigrations } = await import('#providers/_migrations')
  const database = await app.container.make('lucid.db')
  const facts = new StorageFacts(() => database.connection())
  const name = 'database'

  try {
    const [known, ran] = [await knownMigrations(app), await facts.migrations()]
    if (ran.length === 0) return failed(name, 'It has no tables: run migration:run --force')

    const problems = migrationProblems(known, ran)
    if (app.inProduction) problems.unshift(...durabilityProblems(await facts.durability()))
    return problems.length === 0
      ? ok(name, 'It answers, and its tables are those of this version')
      : failed(name, problems.join(' '))
  } catch (error) {
    return failed(name, `It does not answer (${failureCode(error)})`)
  }
}

export async function checkRedis(app: ApplicationService): Promise<CheckResult> {
  const redis = await app.container.make('redis')
  const connection = redis.connection('main')
  // The answer says it; without a listener the connection would log every try.
  redis.doNotLogErrors()
  connection.on('error', () => {})

  try {
    await connection.ping()
    return ok('redis', 'It answers')
  } catch (error) {
    return failed('redis', `It does not answer (${failureCode(error)})`)
  }
}

/** Whether stored tokens and credentials can be opened with the keys that are given. */
export async function checkTokenKeys(app: ApplicationService): Promise<CheckResult> {
  const { OAuthManager } = await import('#oauth/oauth_manager')
  const { CheckKeys, KeysMissing } = await import('#oauth/actions/check_keys')
  const name = 'token keys'

  try {
    const manager = await app.container.make(OAuthManager)
    const check = await app.container.make(CheckKeys)
    await check.run()
    return manager.storeState.degraded
      ? failed(name, 'The token store does not answer')
      : ok(name, 'Everything that is sealed can be opened')
  } catch (error) {
    const reason = error instanceof KeysMissing ? error.message : failureCode(error)
    return failed(name, reason)
  }
}
