import type { TransactionClientContract } from '@adonisjs/lucid/types/database'
import { EventRecorder, RecordingUnavailable, type AuditEvent } from '#shared/event_recorder'

/** Keeps events in an array, unless told to fail. */
export class RecordingEventRecorder extends EventRecorder {
  readonly events: AuditEvent[] = []

  /** The transaction that each event joined, in the order of the events. */
  readonly transactions: (TransactionClientContract | undefined)[] = []
  #failing = false

  fail(failing = true): void {
    this.#failing = failing
  }

  async record(event: AuditEvent, trx?: TransactionClientContract): Promise<void> {
    if (this.#failing) throw new RecordingUnavailable()
    this.events.push(event)
    this.transactions.push(trx)
  }
}
