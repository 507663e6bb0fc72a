import { readFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import app from '@adonisjs/core/services/app'
import { test } from '@japa/runner'
import { parse } from 'yaml'
import { configCheck } from '#tests/helpers/boot/config_check'
import { temporaryFolder } from '#tests/helpers/boot/folder'
import { production, type Variables } from '#tests/helpers/boot/production'
import { allEnded, migrating } from '#tests/helpers/migrating'
import { findPostgres, postgresDatabase } from '#tests/helpers/postgres_database'
import { canStartRedis, redisServer } from '#tests/helpers/redis_server'

const server = await findPostgres('config:check with PostgreSQL')
const redisThere = canStartRedis('config:check with Redis')

/** What compose.yml tells a gateway, its secrets in a folder of the test's. */
async function composed(
  folder: Awaited<ReturnType<typeof temporaryFolder>>,
  secrets: Record<string, string>
): Promise<Variables> {
  const { services } = parse(readFileSync(app.makePath('compose.yml'), 'utf8'), { merge: true })
  const { environment } = services['gateway-1'] as { environment: Variables }
  const asked = production()
  const variables: Variables = {}

  for (const [name, value] of Object.entries(environment)) {
    const [, secret] = /^\/run\/secrets\/(\w+)$/.exec(value) ?? []
    const [, wanted, fallback] = /^\$\{(\w+):(?:\?|-(\w+)).*\}$/.exec(value) ?? []
    if (secret) variables[name] = await folder.write(secret, `${secrets[secret]}\n`)
    else variables[name] = wanted ? (fallback ?? asked[wanted]) : value
  }
  return { ...variables, AUDIT_CHECKPOINT_PATH: folder.file('checkpoints.ndjson') }
}

test.group('config:check | PostgreSQL and Redis', () => {
  test('all is well with what compose.yml sets, and keys of the lengths that are asked for', async (context) => {
    const { assert } = context
    const folder = await temporaryFolder(context)
    const { url } = await postgresDatabase(context, server!)
    const redis = await redisServer(context)
    const { APP_KEY: appKey, ORANGE_CLIENT_SECRET: secret, AUDIT_SIGNING_KEY: key } = production()
    const variables = await composed(folder, {
      app_key: appKey,
      orange_client_secret: secret,
      audit_signing_key: key,
      monitoring_secret: randomBytes(16).toString('hex'),
      token_encryption_keys: `2026a:${randomBytes(32).toString('base64')}`,
      database_url: url.href,
      redis_url: redis.url.href,
    })
    await allEnded([migrating({ ...variables, ENV_PATH: folder.path }, '--force')])

    const { exitCode, report, checks } = await configCheck(variables, folder.path)
    assert.deepEqual(report.problems, [])
    assert.deepEqual(report.warnings, [])
    assert.deepEqual(checks, [
      'AUDIT_CHECKPOINT_PATH: ok',
      'database: ok',
      'redis: ok',
      'token keys: ok',
    ])
    assert.equal(exitCode, 0)
  }).skip(!server || !redisThere, 'no PostgreSQL or no Redis')

  test('names a database and a Redis that do not answer, and nobody’s address', async (context) => {
    const { assert } = context
    const folder = await temporaryFolder(context)

    const { exitCode, stdout, stderr, checks } = await configCheck(
      {
        ...production(),
        AUDIT_CHECKPOINT_PATH: folder.file('checkpoints.ndjson'),
        DB_CONNECTION: 'postgres',
        DATABASE_URL: 'postgres://canary:canary@127.0.0.1:1/canary',
        REDIS_URL: 'redis://canary:canary@127.0.0.1:1/0',
      },
      folder.path
    )
    assert.equal(exitCode, 1)
    assert.deepEqual(checks.slice(1), ['database: failed', 'redis: failed', 'token keys: skipped'])
    assert.notInclude(stdout + stderr, 'canary')
  })
})
