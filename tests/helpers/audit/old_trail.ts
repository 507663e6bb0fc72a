import type { AuditDatabase } from '#tests/helpers/audit/audit_database'
import { checkpointAt } from '#tests/helpers/audit/checkpoints'
import { RETENTION_DAYS, testPurge } from '#tests/helpers/audit/test_purge'
import type { AuditEvent } from '#shared/event_recorder'
import { ManualClock } from '#tests/helpers/manual_clock'

export const DAY = 24 * 60 * 60 * 1_000

/** When the first event of {@link oldTrail} was recorded. */
export const LONG_AGO = Date.UTC(2015, 0, 1)

/**
 * A trail that has one event a day for `days` days, with a checkpoint behind each of the
 * events named. It is now so late that the events of the first `old` days are too old to keep.
 */
export async function oldTrail(
  { connect, place }: AuditDatabase,
  options: { days: number; old: number; checkpoints: number[] }
) {
  const clock = new ManualClock(LONG_AGO)
  const parts = testPurge(connect, clock)

  await connect().transaction(async (trx) => {
    for (let day = 1; day <= options.days; day++) {
      await parts.trail.record(eventOf(day), trx)
      clock.jump(DAY)
    }
  })
  for (const seq of options.checkpoints) await checkpointAt(connect(), seq)

  clock.jump((RETENTION_DAYS - (options.days - options.old)) * DAY)
  return { ...parts, clock, connect, place }
}

function eventOf(day: number): AuditEvent {
  return {
    type: 'auth.token.cleared',
    outcome: 'success',
    actor: { type: 'user', id: String(day % 3), sourceIp: '192.0.2.9' },
    comment: `on day ${day}`,
  }
}
