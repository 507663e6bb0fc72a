import type { Anchor } from '#audit/checkpoints/anchor'
import { CheckpointCheck } from '#audit/checkpoints/checkpoint_check'
import { Checkpointer } from '#audit/checkpoints/checkpointer'
import { WatchedAnchor } from '#audit/checkpoints/watched_anchor'
import { CheckpointStore } from '#audit/stores/checkpoint_store'
import type { AuditDatabase } from '#tests/helpers/audit/audit_database'
import { testSigningKey, testTrail } from '#tests/helpers/audit/test_trail'
import { auditRows } from '#tests/helpers/audit_rows'
import type { ManualClock } from '#tests/helpers/manual_clock'

/** A trail whose checkpoints go to these anchors. */
export function anchoredTrail(
  { connect }: Pick<AuditDatabase, 'connect'>,
  clock: ManualClock,
  anchors: readonly Anchor[]
) {
  const { trail, guard, logs, logger } = testTrail(connect, clock)
  const store = new CheckpointStore(connect, 'main')
  const watched = anchors.map(
    (anchor) => new WatchedAnchor({ anchor, recorder: trail, clock, logger })
  )
  const shared = { store, guard, clock, signingKey: testSigningKey }
  const checkpointer = new Checkpointer({ ...shared, anchors: watched })
  const check = new CheckpointCheck({
    anchors: () => checkpointer.anchors,
    headSeq: async () => (await store.head()).seq,
    clock,
    overdueMs: 180_000,
  })

  return {
    trail,
    checkpointer,
    guard,
    logger,
    logs,
    check,

    async record(count = 1) {
      for (let number = 0; number < count; number++) {
        await trail.record({ type: 'access.user.created', outcome: 'success' })
      }
    },

    /** What the trail tells of its anchors: event, anchor, reason. */
    async told() {
      const rows = await auditRows('audit.checkpoint.', connect())
      return rows.map(({ body }) => [body.eventType, body.targetId, body.reasonCode])
    },
  }
}
