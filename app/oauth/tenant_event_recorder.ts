import type { TransactionClientContract } from '@adonisjs/lucid/types/database'
import { EventRecorder, type AuditEvent } from '#shared/event_recorder'

/** Says of every event which tenant it is about. */
export class TenantEventRecorder extends EventRecorder {
  readonly #inner: EventRecorder
  readonly #tenant: string

  constructor(inner: EventRecorder, tenant: string) {
    super()
    this.#inner = inner
    this.#tenant = tenant
  }

  record(event: AuditEvent, trx?: TransactionClientContract): Promise<void> {
    return this.#inner.record({ ...event, tenant: this.#tenant }, trx)
  }
}
