import { randomUUID } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { test } from '@japa/runner'
import app from '@adonisjs/core/services/app'
import { publicKeyText } from '#audit/chain/signing_key'
import { ace } from '#tests/helpers/ace_process'
import { auditDatabases } from '#tests/helpers/audit/audit_database'
import { exportedLines, exportText } from '#tests/helpers/audit/export_text'
import { testSigningKey, testTrail } from '#tests/helpers/audit/test_trail'
import { commandDatabase } from '#tests/helpers/command_database'

type Cleanup = { cleanup: (task: () => void | Promise<void>) => void }

/** A trail of a few events that commands left. */
async function trail({ cleanup }: Cleanup) {
  const database = await commandDatabase()
  cleanup(() => database.remove())
  const env = { ...database.env, AUDIT_CHECKPOINT_PATH: file({ cleanup }, '') }

  for (let number = 1; number <= 2; number++) {
    await ace(['audit:hold', '--from=2020-01-01', '--reason=a lawsuit'], { env })
  }
  const run = (...words: string[]) => ace(['audit:verify', ...words], { env })
  return { env, run, tamper: (sql: string) => tamper(env.SQLITE_PATH, sql) }
}

/** As somebody who owns the database. */
function tamper(path: string, sql: string): void {
  const database = new Database(path)
  for (const what of ['update', 'delete']) {
    database.exec(`DROP TRIGGER IF EXISTS audit_events_no_${what}`)
  }
  database.exec(sql)
  database.close()
}

function file({ cleanup }: Cleanup, content: string): string {
  const path = app.makePath('tmp', `verify-${randomUUID()}`)
  writeFileSync(path, content)
  cleanup(() => rmSync(path, { force: true }))
  return path
}

test.group('audit:verify', () => {
  test('exits with 0 for a valid trail, and leaves an event', async (context) => {
    const { assert } = context
    const { run } = await trail(context)

    const first = await run('--json')
    assert.equal(first.exitCode, 0, first.stderr)
    assert.lengthOf(first.stdout.trim().split('\n'), 1)
    const { data } = JSON.parse(first.stdout)
    assert.containSubset(data, { valid: true, firstSeq: 1, firstBadSeq: null, problem: null })

    const again = await run()
    assert.equal(again.exitCode, 0)
    assert.include(again.stdout, `Valid: ${data.count + 1} events`)
    assert.equal(again.stderr, '')
  })

  test('exits with 1 and names the first bad event', async (context) => {
    const { assert } = context
    const { run, tamper: change } = await trail(context)
    change(`UPDATE audit_events SET actor_id = 'nobody' WHERE seq = 2`)

    const told = await run()
    assert.equal(told.exitCode, 1)
    assert.include(told.stdout, 'First bad event: 2.')
    const { exitCode, stdout } = await run('--json')
    assert.equal(exitCode, 1)
    assert.containSubset(JSON.parse(stdout).data, { firstBadSeq: 2, problem: 'column_changed' })
  })

  test('compares with the checkpoints that somebody kept', async (context) => {
    const { assert } = context
    const { run, env, tamper: change } = await trail(context)
    const signed = await ace(['audit:checkpoint'], { env })
    assert.equal(signed.exitCode, 0, signed.stderr)
    const kept = file(context, readFileSync(env.AUDIT_CHECKPOINT_PATH, 'utf8'))

    writeFileSync(env.AUDIT_CHECKPOINT_PATH, '')
    change(`DELETE FROM audit_events; DELETE FROM audit_heads; DROP TABLE audit_checkpoints;
      CREATE TABLE audit_checkpoints (chain, seq, fingerprint, created_at, reason, signature, key_id);
      INSERT INTO audit_heads (chain, seq, fingerprint) VALUES ('main', 0, '${'0'.repeat(64)}')`)
    const { exitCode, stdout } = await run(`--checkpoints=${kept}`, '--json')
    assert.equal(exitCode, 1)
    assert.containSubset(JSON.parse(stdout).data, { firstBadSeq: 1, problem: 'tail_cut' })
  })

  test('verifies an export without settings and without a database', async (context) => {
    const { assert } = context
    const { connect } = await auditDatabases[0].open()
    const { trail: recorder } = testTrail(connect)
    for (let number = 1; number <= 4; number++) {
      await recorder.record({ type: 'auth.access.denied', outcome: 'failure' })
    }
    const lines = await exportedLines(connect())
    const keys = file(context, publicKeyText(testSigningKey.publicKey))
    const env = { NODE_ENV: 'production', APP_KEY: '', DB_CONNECTION: 'postgres', DATABASE_URL: '' }
    const verify = (text: string) => {
      const words = [`--from-export=${file(context, text)}`, `--public-key=${keys}`, '--json']
      return ace(['audit:verify', ...words], { env })
    }

    const good = await verify(exportText(lines))
    assert.equal(good.exitCode, 0, good.stderr)
    assert.containSubset(JSON.parse(good.stdout).data, { valid: true, count: 4, complete: true })

    const bad = await verify(exportText(lines).replace('"failure"', '"success"'))
    assert.equal(bad.exitCode, 1)
    assert.containSubset(JSON.parse(bad.stdout).data, { firstBadSeq: 1, problem: 'body_changed' })

    const cut = await verify(lines.join('\n'))
    assert.equal(cut.exitCode, 1)
    assert.containSubset(JSON.parse(cut.stdout).data, { firstBadSeq: 5, problem: 'cut_off' })
  })

  test('exits with 2 where it is used wrongly', async (context) => {
    const { assert } = context
    const noKeys = file(context, 'no keys')
    for (const words of [
      [`--from-export=${noKeys}`],
      [`--public-key=${noKeys}`],
      [`--from-export=${noKeys}`, `--public-key=${noKeys}`],
      ['--from-export=nowhere', `--public-key=${noKeys}`],
      ['--from-export'],
      ['--unknown'],
    ]) {
      const { exitCode } = await ace(['audit:verify', ...words])
      assert.equal(exitCode, 2, words.join(' '))
    }
  })
})
