import { copyFile, readFile, rm } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { test } from '@japa/runner'
import { ace } from '#tests/helpers/ace_process'
import { temporaryFolder } from '#tests/helpers/boot/folder'
import { LISTENING, launchGateway } from '#tests/helpers/gateway_process'
import { production } from '#tests/helpers/boot/production'
import { eventually } from '#tests/helpers/eventually'

test.group('A production whose database is restored from a backup', () => {
  test('records nothing until an operator accepts what is lost', async ({ assert, cleanup }) => {
    const folder = await temporaryFolder({ cleanup })
    const [database, backup] = [folder.file('gateway.sqlite3'), folder.file('backup.sqlite3')]
    const checkpoints = folder.file('checkpoints.ndjson')
    const env = {
      ...{ NODE_ENV: 'production', ENV_PATH: folder.path, SMS_SANDBOX_MODE: 'false' },
      ...production(),
      ...{ SQLITE_PATH: database, AUDIT_CHECKPOINT_PATH: checkpoints },
    }
    const checkpoint = (...args: string[]) => ace(['audit:checkpoint', '--json', ...args], { env })
    const types = () => eventTypes(database)
    const lastCheckpoint = async () => {
      const lines = (await readFile(checkpoints, 'utf8')).trim().split('\n')
      return JSON.parse(lines.at(-1)!) as { seq: number; reason: string }
    }
    const run = async () => {
      const gateway = await launchGateway(env, { dotEnv: folder.path })
      await gateway.printed(LISTENING)
      return gateway
    }
    const runOnce = async () => {
      const before = types().length
      const gateway = await run()
      await eventually(() => types().slice(before).includes('service.started'), 'it starts')
      assert.equal(await gateway.stop(), 0)
    }

    const migrated = await ace(['migration:run', '--force'], { env })
    assert.equal(migrated.exitCode, 0, migrated.stderr)
    await runOnce()
    assert.equal(types().at(-1), 'service.stopped')
    assert.include(await lastCheckpoint(), { seq: types().length, reason: 'shutdown' })

    const nothing = await checkpoint('--acknowledge-rollback', '--reason=None')
    assert.equal(nothing.exitCode, 1)
    assert.equal(JSON.parse(nothing.stdout).error.code, 'nothing_to_acknowledge')

    await copyFile(database, backup)
    const kept = types().length
    // More than accepting it records: the trail is still shorter than it was when it goes on.
    for (let lost = 0; lost < 3; lost++) await runOnce()
    const { seq: lostUpTo } = await lastCheckpoint()
    for (const suffix of ['-wal', '-shm']) await rm(database + suffix, { force: true })
    await copyFile(backup, database)

    const gateway = await run()
    await gateway.printed(/chain_rolled_back/)
    assert.lengthOf(types(), kept)
    const refused = await checkpoint()
    assert.equal(refused.exitCode, 1)
    assert.equal(JSON.parse(refused.stdout).error.code, 'chain_rolled_back')
    const wordless = await checkpoint('--acknowledge-rollback')
    assert.equal(wordless.exitCode, 2)

    const accepted = await checkpoint('--acknowledge-rollback', '--reason=Disk failure')
    assert.equal(accepted.exitCode, 0, accepted.stderr)
    assert.deepEqual(JSON.parse(accepted.stdout).data, { seq: kept, lostUpTo })
    await eventually(() => types().slice(kept).includes('service.started'), 'it goes on', 30_000)
    assert.equal(await gateway.stop(), 0)

    const after = types().slice(kept)
    assert.deepEqual(after.slice(0, 2), ['audit.tamper_detected', 'audit.rollback_acknowledged'])
    assert.include(await lastCheckpoint(), { seq: types().length, reason: 'shutdown' })
  }).timeout(120_000)
})

function eventTypes(path: string): string[] {
  const database = new DatabaseSync(path, { timeout: 5_000 })
  try {
    const rows = database.prepare('SELECT event_type FROM audit_events ORDER BY seq').all()
    return rows.map((row) => String(row.event_type))
  } finally {
    database.close()
  }
}
