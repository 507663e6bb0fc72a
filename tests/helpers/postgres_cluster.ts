import { execFile, execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { chown, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from '@japa/runner/core'
import { freePort } from '#bin/free_port'

const INSTALLED = '/usr/lib/postgresql'
const HOW = `install PostgreSQL, so that its programs stand under ${INSTALLED}`

/** A PostgreSQL server of a test's own, to be started, stopped and crashed. Gone when the test ends. */
export interface PostgresCluster {
  /** Of the database `postgres`; the same after every start. */
  url: URL

  /** Resolves when the server answers. @param settings in force until the next stop */
  start(settings?: Record<string, string>): Promise<void>

  /** `fast` ends sessions and shuts down; `immediate` is a crash: the next start recovers. */
  stop(mode: 'fast' | 'immediate'): Promise<void>
}

/** Where the programs of the newest installed PostgreSQL are. Where services are required, having none is a failure. */
export function findPostgresPrograms(what: string): string | undefined {
  const versions = existsSync(INSTALLED) ? readdirSync(INSTALLED) : []
  const newest = versions
    .map((version) => join(INSTALLED, version, 'bin'))
    .filter((folder) => existsSync(join(folder, 'initdb')))
    .sort(new Intl.Collator('en', { numeric: true }).compare)
    .at(-1)
  if (newest) return newest

  if (process.env.CI === 'true' || process.env.REQUIRE_SERVICES === '1') {
    throw new Error(`The programs of PostgreSQL are required and not there: ${HOW}`)
  }
  console.warn(`SKIPPED ${what}: ${HOW}`)
  return undefined
}

/**
 * Makes an empty server, which does not run yet.
 *
 * @param programs see {@link findPostgresPrograms}
 */
export async function postgresCluster(
  { cleanup }: Pick<TestContext, 'cleanup'>,
  programs: string
): Promise<PostgresCluster> {
  const owner = serverUser()
  const folder = await mkdtemp(join(tmpdir(), 'pg-'))
  if (owner) await chown(folder, owner.uid, owner.gid)

  const data = join(folder, 'data')
  const log = join(folder, 'log')
  const port = await freePort()
  const run = (program: string, ...options: string[]) =>
    execute(join(programs, program), ['-D', data, ...options], owner)
  let running = false

  const cluster: PostgresCluster = {
    url: new URL(`postgres://postgres@127.0.0.1:${port}/postgres`),

    async start(settings = {}) {
      const given = { port, listen_addresses: '127.0.0.1', ...settings }
      const options = Object.entries(given).map(([name, value]) => `-c ${name}=${value}`)
      try {
        await run('pg_ctl', 'start', '-w', '-l', log, '-o', `-k ${folder} ${options.join(' ')}`)
      } catch (error) {
        const told = await readFile(log, 'utf8').catch(() => '')
        throw new Error(`PostgreSQL does not start: ${(error as Error).message}\n${told}`)
      }
      running = true
    },

    async stop(mode) {
      await run('pg_ctl', 'stop', '-w', '-m', mode)
      running = false
    },
  }

  cleanup(async () => {
    if (running) await cluster.stop('immediate')
    await rm(folder, { recursive: true, force: true })
  })
  await run('initdb', '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync')
  return cluster
}

interface SystemUser {
  uid: number
  gid: number
}

/** PostgreSQL refuses to run as root: then it runs as the user that its package made. */
function serverUser(): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined

  const id = (option: string) => Number(execFileSync('id', [option, 'postgres'], { stdio: 'pipe' }))
  return { uid: id('-u'), gid: id('-g') }
}

function execute(program: string, options: string[], owner?: SystemUser): Promise<void> {
  const settings = { ...owner, cwd: '/', env: { PATH: process.env.PATH, LC_ALL: 'C' } }

  return new Promise((resolve, reject) => {
    execFile(program, options, settings, (error, _, stderr) => {
      if (error) reject(new Error(`${program} failed: ${stderr}`))
      else resolve()
    })
  })
}
