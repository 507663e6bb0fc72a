import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { test } from '@japa/runner'
import Database from 'better-sqlite3'
import { configCheck } from '#tests/helpers/boot/config_check'
import { temporaryFolder } from '#tests/helpers/boot/folder'
import { production, secretsOf, type Variables } from '#tests/helpers/boot/production'
import { allEnded, migrating } from '#tests/helpers/migrating'
import { ace } from '#tests/helpers/ace_process'

/** A good environment, whose database is migrated if it is said so. */
async function good(context: Parameters<typeof temporaryFolder>[0], migrated: boolean) {
  const folder = await temporaryFolder(context)
  const path = folder.file('gateway.sqlite3')
  const variables: Variables = {
    ...production(),
    SQLITE_PATH: path,
    AUDIT_CHECKPOINT_PATH: folder.file('evidence/checkpoints.ndjson'),
  }
  if (migrated) {
    const { exitCodes, output } = await allEnded([
      migrating({ ...variables, ENV_PATH: folder.path }, '--force'),
    ])
    if (exitCodes[0] !== 0) throw new Error(output)
  }
  return { folder, path, variables }
}

test.group('config:check', () => {
  test('names all that is wrong at once, where the gateway would not start', async (context) => {
    const { assert } = context
    const { folder, variables, path } = await good(context, false)
    const wrong: Variables = {
      APP_URL: 'http://canary-address.example.org',
      ORANGE_CLIENT_SECRET: 'changeme-canary',
      PORT: 'canary-port',
      AUDIT_SIGNING_KEY_FILE: folder.file('canary-file'),
    }
    const { AUDIT_SIGNING_KEY: left, ...others } = variables

    const checked = await configCheck({ ...others, ...wrong }, folder.path)
    assert.equal(checked.exitCode, 1)
    assert.isFalse(checked.report.valid)
    assert.sameMembers(
      checked.report.problems.map((problem) => problem.split(' ')[0]),
      Object.keys(wrong)
    )
    assert.match(
      checked.setting('AUDIT_SIGNING_KEY').problem!,
      /^AUDIT_SIGNING_KEY_FILE names a file/
    )
    assert.equal(checked.setting('AUDIT_SIGNING_KEY').file, 'AUDIT_SIGNING_KEY_FILE')
    assert.deepEqual(checked.checks, [], 'nobody was asked')
    assert.isFalse(existsSync(path))
    for (const secret of ['canary', ...secretsOf(others)]) {
      assert.notInclude(checked.stdout + checked.stderr, secret)
    }
  })

  test('says of every setting where it comes from, and of no secret what it is', async (context) => {
    const { assert } = context
    const { folder, variables } = await good(context, true)
    const { APP_KEY: appKey, ORANGE_SMS_SENDER_ADDRESS: sender, ...others } = variables
    await folder.write('.env', `ORANGE_SMS_SENDER_ADDRESS=${sender}\nLOG_LEVEL=warn\n`)
    const given = {
      ...others,
      APP_KEY_FILE: await folder.write('app-key', appKey),
      LOG_LEVEL: 'error',
      ORANGE_CLIENT_SECRT: 'misspelt-canary',
    }

    const checked = await configCheck(given, folder.path)
    assert.equal(checked.exitCode, 0, checked.stdout + checked.stderr)
    assert.isTrue(checked.report.valid)
    const { setting } = checked
    assert.include(setting('NODE_ENV'), { source: 'default', value: 'production' })
    assert.include(setting('LOG_LEVEL'), { source: 'environment', value: 'error' })
    assert.include(setting('ORANGE_SMS_SENDER_ADDRESS'), {
      source: 'file',
      file: '.env',
      value: sender,
    })
    assert.include(setting('APP_KEY'), { source: 'file', file: 'APP_KEY_FILE', value: null })
    assert.deepEqual(checked.report.warnings, [
      'ORANGE_CLIENT_SECRT is read by nobody: is it spelt as meant?',
    ])
    for (const secret of [...secretsOf(variables), 'misspelt-canary']) {
      assert.notInclude(checked.stdout + checked.stderr, secret)
    }
  })

  test('makes no database, and says how one is made', async (context) => {
    const { assert } = context
    const { folder, variables, path } = await good(context, false)

    const { exitCode, report, checks } = await configCheck(variables, folder.path)
    assert.equal(exitCode, 1)
    assert.deepEqual(checks, ['SQLITE_PATH: ok', 'AUDIT_CHECKPOINT_PATH: ok', 'database: failed'])
    assert.match(report.checks[2].message, /migration:run --force/)
    assert.isFalse(existsSync(path))
    assert.isFalse(existsSync(folder.file('evidence')))
  })

  test('names places that cannot be written', async (context) => {
    const { assert } = context
    const { folder, variables } = await good(context, true)
    const file = await folder.write('a-file', '')

    const { exitCode, report } = await configCheck(
      { ...variables, AUDIT_CHECKPOINT_PATH: `${file}/checkpoints.ndjson` },
      folder.path
    )
    assert.equal(exitCode, 1)
    assert.deepInclude(report.checks, {
      name: 'AUDIT_CHECKPOINT_PATH',
      status: 'failed',
      message: 'The file cannot be written (ENOTDIR)',
    })
  })

  test('names a database that is only partly migrated, and keys that are missing', async (context) => {
    const { assert } = context
    const { folder, variables, path } = await good(context, true)
    const database = new Database(path)
    context.cleanup(() => void database.close())
    const record = {
      version: 1,
      accessToken: `2025z.v1:${randomBytes(8).toString('hex')}`,
      tokenType: 'Bearer',
      fingerprint: 'f',
      issuedAt: 1,
      refreshAt: 2,
      expiresAt: 3,
      provider: 'orange',
    }
    database
      .prepare('INSERT INTO oauth_tokens (key, fingerprint, record) VALUES (?, ?, ?)')
      .run('k', 'f', JSON.stringify(record))

    const keys = await configCheck(variables, folder.path)
    assert.equal(keys.exitCode, 1)
    assert.match(keys.report.checks.at(-1)!.message, /not configured: 2025z \(1\)/)

    database.exec('DELETE FROM adonis_schema WHERE id = (SELECT max(id) FROM adonis_schema)')
    const half = await configCheck(variables, folder.path)
    assert.equal(half.exitCode, 1)
    assert.deepEqual(half.checks.slice(2), ['database: failed', 'token keys: skipped'])
    assert.match(half.report.checks[2].message, /only partly migrated/)
  })

  test('exit 2 for what it cannot understand', async ({ assert }) => {
    const { exitCode } = await ace(['config:check', '--nonsense'])
    assert.equal(exitCode, 2)
  })
})
