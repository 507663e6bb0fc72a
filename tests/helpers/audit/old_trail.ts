import type { AuditDatabase } from '#tests/helpers/audit/audit_database'
import { checkpointAt } from '#tests/helpers/audit/checkpoints'
import { testPurge } from '#tests/helpers/audit/test_purge'
import type { AuditEvent } from '#shared/event_recorder'
import { ManualClock } from '#tests/helpers/manual_clock'

export const DAY = 24 * 60 * 60 * 1_000

/** When the first event of {@link oldTrail} was recorded. */
export const LONG_AGO = Date.UTC(2015, 0, 1)

/**
 * A trail that has one event a day for `days` days, with a checkpoint behind each of the
 * events named. The retention period is so long that the events of the first `old` days are
 * too old to keep.
 */
export async function oldTrail(
  { connect, place }: AuditDatabase,
  options: { days: number; old: number; checkpoints: number[] }
) {
  const clock = new ManualClock(LONG_AGO)
  const retentionDays = options.days - options.old
  const parts = testPurge(connect, clock, retentionDays)

  await connect().transaction(async (trx) => {
    for (let day = 1; day <= options.days; day++) {
      await parts.trail.record(eventOf(day), trx)
      clock.jump(DAY)
    }
  })
  for (const seq of options.checkpoints) await checkpointAt(connect(), seq)

  return { ...parts, clock, retentionDays, connect, place }
}

function eventOf(day: number): AuditEvent {
  return {
    type: 'auth.token.cleared',
    outcome: 'success',
    actor: { type: 'user', id: String(day % 3), sourceIp: '192.0.2.9' },
    comment: `on day ${day}`,
  }
}
