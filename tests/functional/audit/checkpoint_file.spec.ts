import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from '@japa/runner'
import type { TestContext } from '@japa/runner/core'
import { checkpointText, signCheckpoint } from '#audit/checkpoints/checkpoint'
import { CheckpointFile } from '#audit/checkpoints/checkpoint_file'
import type { CheckpointEntry } from '#audit/checkpoints/checkpoint_line'
import { CheckpointSchedule } from '#audit/checkpoints/checkpoint_schedule'
import { RollbackWatch } from '#audit/checkpoints/rollback_watch'
import { CheckpointStore } from '#audit/stores/checkpoint_store'
import { WebhookAnchor } from '#audit/checkpoints/webhook_anchor'
import { HttpClient } from '#shared/http_client'
import { anchoredTrail } from '#tests/helpers/audit/anchored_trail'
import { auditDatabases } from '#tests/helpers/audit/audit_database'
import { killedCheckpointWriter, startCheckpointWriter } from '#tests/helpers/audit/other_processes'
import { testKeys, testSigningKey } from '#tests/helpers/audit/test_trail'
import { startWebhookServer } from '#tests/helpers/audit/webhook_server'
import { ManualClock } from '#tests/helpers/manual_clock'

async function folderOf({ cleanup }: Pick<TestContext, 'cleanup'>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'checkpoint-file-'))
  cleanup(() => rm(folder, { recursive: true }))
  return folder
}

async function entriesOf(file: CheckpointFile): Promise<CheckpointEntry[]> {
  return Array.fromAsync(file.entries(testKeys))
}

test.group('A checkpoint file', () => {
  test('takes the lines of two processes, each whole and in its order', async (context) => {
    const { assert } = context
    const path = join(await folderOf(context), 'checkpoints.ndjson')
    const lines = 150

    await Promise.all([
      startCheckpointWriter(path, 'one', lines),
      startCheckpointWriter(path, 'two', lines),
    ])

    const entries = await entriesOf(new CheckpointFile(path))
    assert.lengthOf(entries, 2 * lines)
    const inOrder = Array.from({ length: lines }, (_, index) => index + 1)
    for (const name of ['one', 'two']) {
      const own = entries.filter(({ chain }) => chain === name)
      assert.deepEqual(
        own.map(({ seq }) => seq),
        inOrder
      )
    }
    for (const entry of entries) {
      if ('kind' in entry) continue
      assert.equal(testKeys.verdictOn(checkpointText(entry), entry), 'genuine')
    }
  }).timeout(60_000)

  test('outlives a process that is killed in the middle of a line', async (context) => {
    const { assert } = context
    const path = join(await folderOf(context), 'checkpoints.ndjson')
    const file = new CheckpointFile(path)
    const checkpoint = (seq: number) =>
      signCheckpoint(testSigningKey, {
        ...{ chain: 'main', seq, fingerprint: 'a'.repeat(64), reason: 'time' },
        createdAt: '2026-01-01T00:00:00.000Z',
      })

    await file.append(checkpoint(1))
    await killedCheckpointWriter(path)
    assert.isFalse((await readFile(path, 'utf8')).endsWith('\n'))
    assert.lengthOf(await entriesOf(file), 1)

    await file.append(checkpoint(2))

    assert.deepEqual(
      (await entriesOf(file)).map(({ chain, seq }) => [chain, seq]),
      [
        ['main', 1],
        ['main', 2],
      ]
    )
  })

  test('D5 | one in an impossible place stops neither events nor the other anchors', async (context) => {
    const { assert } = context
    const folder = await folderOf(context)
    await writeFile(join(folder, 'a-file'), '')
    const file = new CheckpointFile(join(folder, 'a-file', 'checkpoints.ndjson'))
    const server = await startWebhookServer(context)
    const http = new HttpClient({ connectTimeoutMs: 1_000, maxSockets: 1 })
    const webhook = new WebhookAnchor({ http, url: server.url, deadlineMs: 5_000 })
    const clock = new ManualClock()
    const { connect } = await auditDatabases[0].open()
    const { checkpointer, guard, logger, record, told, logs } = anchoredTrail({ connect }, clock, [
      file,
      webhook,
    ])
    const store = new CheckpointStore(connect, 'main')
    const watch = new RollbackWatch({ file, store, guard, keys: testKeys, enforced: true })
    await record()

    const schedule = new CheckpointSchedule({
      ...{ checkpointer, watch, clock, logger, intervalMs: 60_000, mostEvents: 1_000 },
    })
    schedule.start()
    await schedule.stop()
    await record()

    assert.deepEqual(
      server.bodies.map((body) => JSON.parse(body).reason),
      ['time', 'shutdown']
    )
    const [failed, ...more] = await told()
    assert.deepEqual(failed.slice(0, 2), ['audit.checkpoint.failed', 'file'])
    assert.lengthOf(more, 0)
    assert.deepEqual(
      logs.map((line) => JSON.parse(line).msg),
      ['Looking for a rollback of the audit trail fails', 'Keeping checkpoints at the file fails']
    )
  })
})
