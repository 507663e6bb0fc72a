import type { ApplicationService } from '@adonisjs/core/types'
import { Logger } from '@adonisjs/core/logger'
import type { AuditConfig } from '#audit/audit_config'
import { SigningKey } from '#audit/chain/signing_key'
import { AuditExport } from '#audit/export/audit_export'
import { ExportStore } from '#audit/stores/export_store'
import { systemClock } from '#shared/clock'
import { EventRecorder } from '#shared/event_recorder'

/** What hands out the audit trail. */
export default class AuditReadingProvider {
  #exports?: AuditExport

  constructor(protected app: ApplicationService) {}

  register() {
    const { container } = this.app

    container.singleton(AuditExport, async (resolver) => {
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

  /** Registered last, and so the first to end: the server waits for its open answers. */
  ready() {
    this.app.terminating(() => this.#exports?.close())
  }
}
