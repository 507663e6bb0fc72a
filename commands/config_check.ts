import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { CheckedSetting } from '#start/env_check'
import { AnsweringCommand, type CommandAnswer } from './_answering_command.js'
import {
  checkDatabase,
  checkPlace,
  checkRedis,
  checkTokenKeys,
  skipped,
  type CheckResult,
} from './_service_checks.js'

const NO = 1

/** Does not start the application at first: an environment that is wrong would stop it. */
export default class ConfigCheck extends AnsweringCommand {
  static commandName = 'config:check'
  static description = 'Show every setting and where it comes from, and all that is wrong'
  static help = [
    'Changes nothing, and shows no secret. With settings that are right it also asks the database',
    'and, where REDIS_URL is given, Redis; nobody else.',
    'Exit code 0: all is well. 1: something is wrong. 2: wrong use.',
  ]

  async answer(): Promise<CommandAnswer> {
    const { checkedEnvironment } = await import('#start/env_check')
    const { settings, problems, warnings } = await checkedEnvironment(this.app.appRoot)
    const checks = problems.length > 0 ? [] : await this.#checks(settings)

    const valid = problems.length === 0 && checks.every(({ status }) => status === 'ok')
    if (!valid) this.exitCode = NO
    return {
      data: { valid, problems, warnings, checks, settings },
      lines: [],
      show: () => {
        this.#table(settings)
        this.#verdict({ problems, warnings, checks, valid })
      },
    }
  }

  async #checks(settings: CheckedSetting[]): Promise<CheckResult[]> {
    const values = new Map(settings.map(({ name, value }) => [name, value]))
    const sqlite = values.get('DB_CONNECTION') === 'sqlite'
    const sqlitePath = this.#path(values.get('SQLITE_PATH') ?? 'tmp/gateway.sqlite3')
    const checkpoints = values.get('AUDIT_CHECKPOINT_PATH') ?? 'tmp/audit-checkpoints.ndjson'

    const places = [await checkPlace('AUDIT_CHECKPOINT_PATH', this.#path(checkpoints))]
    if (sqlite) places.unshift(await checkPlace('SQLITE_PATH', sqlitePath))
    if (values.get('OAUTH_TOKEN_STORE') === 'file') {
      const tokens = this.#path(values.get('OAUTH_TOKEN_FILE') ?? 'tmp/tokens.json')
      places.push(await checkPlace('OAUTH_TOKEN_FILE', tokens))
    }

    // Opening a database that is not there would make one, with the account of whoever looks.
    if (sqlite && !existsSync(sqlitePath)) {
      const message = 'There is none yet: run migration:run --force'
      return [...places, { name: 'database', status: 'failed', message }]
    }
    const redis = settings.some(({ name, source }) => name === 'REDIS_URL' && source !== 'default')
    return [...places, ...(await this.#services(redis))]
  }

  /** A path of the configuration, relative to the application. */
  #path(path: unknown): string {
    return resolve(this.app.makePath(), String(path))
  }

  async #services(redis: boolean): Promise<CheckResult[]> {
    await this.app.boot()
    const checks = [await checkDatabase(this.app)]
    if (redis) checks.push(await checkRedis(this.app))

    const allWell = checks.every(({ status }) => status === 'ok')
    const keys = allWell
      ? await checkTokenKeys(this.app)
      : skipped('token keys', 'Not looked at: see above')
    return [...checks, keys]
  }

  #table(settings: CheckedSetting[]): void {
    const rows = settings.map((setting) => {
      const { name, source, file } = setting
      return [name, file ?? source, shownValue(setting)]
    })
    const [names, sources] = [widest(rows, 0), widest(rows, 1)]
    for (const [name, source, value] of rows) {
      this.logger.log(`${name.padEnd(names)}  ${source.padEnd(sources)}  ${value}`.trimEnd())
    }
  }

  #verdict({ problems, warnings, checks, valid }: Verdict): void {
    for (const { name, status, message } of checks) {
      this.logger.log(`${status === 'ok' ? '✔' : '✘'} ${name}: ${message}`)
    }
    for (const text of warnings) this.logger.warning(text)
    for (const text of problems) this.logger.error(text)
    this.logger.log(valid ? 'All is well.' : 'The gateway cannot serve with these settings.')
  }
}

interface Verdict {
  problems: string[]
  warnings: string[]
  checks: CheckResult[]
  valid: boolean
}

function widest(rows: string[][], column: number): number {
  return Math.max(...rows.map((row) => row[column].length))
}

function shownValue({ secret, source, value, problem }: CheckedSetting): string {
  if (problem) return '(wrong: see below)'
  if (secret && source !== 'default') return '(secret)'
  return Array.isArray(value) ? value.join(', ') : String(value ?? '')
}
