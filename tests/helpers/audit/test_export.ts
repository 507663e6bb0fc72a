import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import { AuditExport } from '#audit/export/audit_export'
import type { ExportOrder } from '#audit/export/export_events'
import { ExportStore } from '#audit/stores/export_store'
import type { AuditEvent, EventRecorder } from '#shared/event_recorder'
import { systemClock } from '#shared/clock'
import { testSigningKey, testTrail } from '#tests/helpers/audit/test_trail'

const ORDER: ExportOrder = {
  format: 'ndjson',
  filters: { words: {} },
  asked: {},
  actor: { type: 'user', id: '7', role: 'reviewer' },
  correlationId: 'request-1',
}

/** Exports of the trail on a connection, which record themselves in it unless told otherwise. */
export function testExport(connect: () => QueryClientContract, recorder?: EventRecorder) {
  const { trail, logger, logs } = testTrail(connect)
  const exports = new AuditExport({
    store: new ExportStore(connect),
    recorder: recorder ?? trail,
    signingKey: testSigningKey,
    clock: systemClock,
    logger,
    chain: 'main',
  })
  const start = (order: Partial<ExportOrder> = {}) => exports.start({ ...ORDER, ...order })

  return {
    trail,
    exports,
    logs,
    start,

    /** The whole of one export. */
    async bytes(order: Partial<ExportOrder> = {}): Promise<Buffer> {
      return buffer(Readable.from(await start(order)))
    },
  }
}

/** Fills a trail quickly: events that are recorded at once are committed together. */
export async function recordMany(
  trail: EventRecorder,
  count: number,
  event: Partial<AuditEvent> = {}
): Promise<void> {
  const one = (number: number) =>
    trail.record({
      type: 'auth.token.refreshed',
      outcome: 'success',
      correlationId: `request-${number}`,
      ...event,
    })

  for (let done = 0; done < count; done += 256) {
    const group = Math.min(256, count - done)
    await Promise.all(Array.from({ length: group }, (_, index) => one(done + index + 1)))
  }
}
