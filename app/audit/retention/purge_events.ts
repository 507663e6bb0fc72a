import type { PurgeMark } from '#audit/retention/purge_mark'
import type { PurgePrefix } from '#audit/retention/purge_plan'
import type { Actor, AuditEvent } from '#shared/event_recorder'

const RETENTION: Actor = { type: 'system', id: 'retention' }

/** Recorded with the purge mark, before the first event goes. */
export function purgeStarted(
  chain: string,
  prefix: PurgePrefix,
  { actor = RETENTION, trustClock = false }: { actor?: Actor; trustClock?: boolean }
): AuditEvent {
  const { firstSeq, lastSeq, count, fingerprint, oldest, newest } = prefix

  return {
    type: 'audit.retention.purge_started',
    outcome: 'success',
    actor,
    target: { type: 'audit_trail', id: chain },
    count,
    details: { firstSeq, lastSeq, count, fingerprint, oldest, newest, trustClock },
  }
}

/** Recorded when the last of them is gone. */
export function purgeFinished(mark: PurgeMark, actor: Actor = RETENTION): AuditEvent {
  const { chain, firstSeq, lastSeq, fingerprint, startedAt } = mark
  const count = lastSeq - firstSeq + 1

  return {
    type: 'audit.retention.purged',
    outcome: 'success',
    actor,
    target: { type: 'audit_trail', id: chain },
    count,
    details: { firstSeq, lastSeq, count, fingerprint, startedAt },
  }
}
