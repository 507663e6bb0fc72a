import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from '@japa/runner'
import { LoggerFactory } from '@adonisjs/core/factories/logger'
import { Secret } from '@adonisjs/core/helpers'
import { ChainGuard } from '#audit/chain/chain_guard'
import { KeyHistory } from '#audit/chain/key_history'
import { SigningKey } from '#audit/chain/signing_key'
import { TrustedKeys } from '#audit/chain/trusted_keys'
import { CheckpointFile } from '#audit/checkpoints/checkpoint_file'
import { Checkpointer } from '#audit/checkpoints/checkpointer'
import { RollbackWatch } from '#audit/checkpoints/rollback_watch'
import { WatchedAnchor } from '#audit/checkpoints/watched_anchor'
import { AuditTrail } from '#audit/recording/audit_trail'
import { AuditStore } from '#audit/stores/audit_store'
import { CheckpointStore } from '#audit/stores/checkpoint_store'
import { SigningKeyStore } from '#audit/stores/signing_key_store'
import { ChainStore } from '#audit/stores/chain_store'
import { ChainVerifier } from '#audit/verification/chain_verifier'
import { type AuditEvent, RecordingUnavailable } from '#shared/event_recorder'
import { systemClock } from '#shared/clock'
import { type AuditDatabase, auditDatabases } from '#tests/helpers/audit/audit_database'
import { auditRows } from '#tests/helpers/audit_rows'

const EVENT: AuditEvent = { type: 'access.user.created', outcome: 'success' }

const oldKey = keyOf(1)
const newKey = keyOf(2)

function keyOf(byte: number): SigningKey {
  return new SigningKey(new Secret(Buffer.alloc(32, byte).toString('base64')))
}

/** A process that signs with `signingKey` and trusts `others` besides. */
function processWith(
  { connect }: AuditDatabase,
  path: string,
  { signingKey, others = [] }: { signingKey: SigningKey; others?: SigningKey[] }
) {
  const keys = new TrustedKeys([signingKey, ...others].map(({ publicKey }) => publicKey))
  const guard = new ChainGuard(keys, 'main')
  const logs: string[] = []
  const logger = new LoggerFactory().merge({ enabled: true }).pushLogsTo(logs).create()
  const shared = { guard, signingKey, clock: systemClock }
  const auditStore = new AuditStore(connect, 'main')
  const trail = new AuditTrail({ ...shared, store: auditStore, logger, instanceId: 'test:1' })
  const file = new CheckpointFile(path)
  const store = new CheckpointStore(connect, 'main')
  const anchor = new WatchedAnchor({ ...shared, anchor: file, recorder: trail, logger })
  const published = new SigningKeyStore(connect)

  return {
    trail,
    logs,
    published,
    history: new KeyHistory({ ...shared, store: auditStore, keys: published, recorder: trail }),
    checkpointer: new Checkpointer({ ...shared, store, anchors: [anchor] }),
    watch: new RollbackWatch({ file, store, guard, keys, enforced: true }),
    verify: () =>
      new ChainVerifier({
        store: new ChainStore(connect, 'main'),
        keys,
        outside: () => file.entries(keys),
      }).verify(),
  }
}

for (const { name, open } of auditDatabases) {
  test.group(`A new signing key on ${name}`, (group) => {
    let path: string
    group.each.setup(async () => {
      const folder = await mkdtemp(join(tmpdir(), 'rotation-'))
      path = join(folder, 'checkpoints.ndjson')
      return () => rm(folder, { recursive: true })
    })

    test('goes on where the old one is still trusted; old checkpoints count', async ({
      assert,
    }) => {
      const database = await open()
      const before = processWith(database, path, { signingKey: oldKey })
      await before.history.introduce()
      await before.trail.record(EVENT)
      await before.checkpointer.sign('shutdown')

      const after = processWith(database, path, { signingKey: newKey, others: [oldKey] })
      await after.watch.look()
      assert.containSubset(await after.watch.lastKnown(), { seq: 2 })
      await after.history.introduce()
      await after.trail.record(EVENT)
      await after.checkpointer.sign('shutdown')

      const introduced = await auditRows('audit.key.introduced', database.connect())
      assert.deepEqual(
        introduced.map(({ seq, body }) => [seq, body.targetId, body.details]),
        [
          [1, oldKey.keyId, { previousKeyId: null }],
          [3, newKey.keyId, { previousKeyId: oldKey.keyId }],
        ]
      )
      assert.deepEqual(
        (await after.published.all()).map(({ keyId, introducedSeq }) => [keyId, introducedSeq]),
        [
          [newKey.keyId, 3],
          [oldKey.keyId, 1],
        ]
      )
      assert.containSubset(await after.verify(), { valid: true, count: 4 })
    })

    test('records nothing where the old one is not trusted, and says what to do', async ({
      assert,
    }) => {
      const database = await open()
      await processWith(database, path, { signingKey: oldKey }).trail.record(EVENT)

      const after = processWith(database, path, { signingKey: newKey })
      await assert.rejects(() => after.trail.record(EVENT), RecordingUnavailable)
      await assert.rejects(() => after.history.introduce(), RecordingUnavailable)

      assert.lengthOf(await auditRows('', database.connect()), 1)
      assert.lengthOf(await after.published.all(), 0)
      const { code, reason } = JSON.parse(after.logs[0])
      assert.equal(code, 'head_key_unknown')
      assert.include(reason, 'AUDIT_TRUSTED_PUBLIC_KEYS')
    })

    test('is introduced once, however many processes begin with it', async ({ assert }) => {
      const database = await open()
      const processes = Array.from({ length: 3 }, () =>
        processWith(database, path, { signingKey: newKey })
      )

      await Promise.all(processes.map(({ history }) => history.introduce()))

      assert.lengthOf(await auditRows('audit.key.introduced', database.connect()), 1)
      assert.lengthOf(await processes[0].published.all(), 1)
    })
  })
}
