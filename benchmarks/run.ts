/*
|--------------------------------------------------------------------------
| Benchmarks
|--------------------------------------------------------------------------
|
| Every figure stands beside another one of the same run: machines differ,
| ratios are what to read. `npm run bench -- --json FILE` keeps the figures,
| `--only audit` measures one group: oauth or audit. `--rows 10000000` also fills a
| trail of that size and reads pages of it at every depth: it takes its time.
|
*/

import 'reflect-metadata'
import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { OrangeSandbox } from '#orange/sandbox/orange_sandbox'
import { freePort } from '#bin/free_port'
import { type Comparison, report } from './harness.js'

type Measure = () => Promise<Comparison | Comparison[]>

const { values } = parseArgs({
  options: { json: { type: 'string' }, only: { type: 'string' }, rows: { type: 'string' } },
})

const GROUPS = ['oauth', 'audit']
const only = values.only ?? GROUPS
if (values.only && !GROUPS.includes(values.only)) {
  process.stderr.write(`--only takes one of: ${GROUPS.join(', ')}\n`)
  process.exit(2)
}

const sandbox = await OrangeSandbox.start({ sendsPerSecond: null })
Object.assign(process.env, {
  NODE_ENV: 'test',
  HOST: '127.0.0.1',
  PORT: String(await freePort()),
  SQLITE_PATH: 'tmp/bench.sqlite3',
  SMS_SANDBOX_MODE: 'true',
  ORANGE_API_BASE_URL: sandbox.url,
  ORANGE_CLIENT_ID: sandbox.clientId,
  ORANGE_CLIENT_SECRET: sandbox.clientSecret,
})
removeDatabase()
execFileSync(process.execPath, ['ace.js', 'migration:run'], { stdio: 'ignore' })

const groups = {
  async oauth(): Promise<Measure[]> {
    const { cachedToken } = await import('./cached_token.js')
    const { oauthMiddleware } = await import('./oauth_middleware.js')
    const { manyTenants } = await import('./many_tenants.js')
    return [() => cachedToken(sandbox), manyTenants, oauthMiddleware]
  },

  async audit(): Promise<Measure[]> {
    const { appending } = await import('./audit_append.js')
    const { auditVerify } = await import('./audit_verify.js')
    const { auditExport } = await import('./audit_export.js')
    const { auditPages } = await import('./audit_pages.js')
    const pages = values.rows ? [() => auditPages(Number(values.rows))] : []
    return [...appending(), auditVerify, auditExport, ...pages]
  },
}

const comparisons = []
for (const [name, measures] of Object.entries(groups)) {
  if (!only.includes(name)) continue

  for (const measure of await measures()) {
    for (const comparison of [await measure()].flat()) {
      report(comparison)
      comparisons.push(comparison)
    }
  }
}

if (values.json) writeFileSync(values.json, `${JSON.stringify(comparisons, null, 2)}\n`)
await sandbox.stop()
removeDatabase()

function removeDatabase(): void {
  for (const end of ['', '-wal', '-shm']) rmSync(`tmp/bench.sqlite3${end}`, { force: true })
}
