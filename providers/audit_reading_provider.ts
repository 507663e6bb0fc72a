import { Logger } from '@adonisjs/core/logger'
import type { ApplicationService } from '@adonisjs/core/types'
import type { AuditConfig } from '#audit/audit_config'
import { SigningKey } from '#audit/chain/signing_key'
import { AuditExport } from '#audit/export/audit_export'
import { EventSearch } from '#audit/search/event_search'
import { ReadEvents } from '#audit/search/read_events'
import { EventStore } from '#audit/stores/event_store'
import { ExportStore } from '#audit/stores/export_store'
import { systemClock } from '#shared/clock'
import { EventRecorder } from '#shared/event_recorder'

/** What hands out the audit trail: page by page, or as a whole. */
export default class AuditReadingProvider {
  #exports?: AuditExport

  constructor(protected app: ApplicationService) {}

  register() {
    this.#registerSearch()
    this.#registerExport()
  }

  /** Registered last, and so the first to end: the server waits for its open answers. */
  ready() {
    this.app.terminating(() => this.#exports?.close())
  }

  #registerSearch() {
    const { container } = this.app

    container.singleton(EventStore, async (resolver) => {
      const database = await resolver.make('lucid.db')
      return new EventStore(() => database.connection())
    })

    container.singleton(ReadEvents, async (resolver) => {
      const store = await resolver.make(EventStore)
      return new ReadEvents({
        search: new EventSearch({ store, clock: systemClock }),
        store,
        recorder: await resolver.make(EventRecorder),
      })
    })
  }

  #registerExport() {
    this.app.container.singleton(AuditExport, async (resolver) => {
      const database = await resolver.make('lucid.db')
      this.#exports = new AuditExport({
        store: new ExportStore(() => database.connection()),
        recorder: await resolver.make(EventRecorder),
        signingKey: await resolver.make(SigningKey),
        clock: systemClock,
        logger: await resolver.make(Logger),
        chain: this.app.config.get<AuditConfig>('audit').chain,
      })
      return this.#exports
    })
  }
}
