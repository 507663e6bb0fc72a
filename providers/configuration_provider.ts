import { Logger } from '@adonisjs/core/logger'
import type { AuditConfig } from '#audit/audit_config'
import { SigningKey } from '#audit/chain/signing_key'
import { ConfigurationRecord, type Setting } from '#audit/recording/configuration_record'
import { AuditStore } from '#audit/stores/audit_store'
import { systemClock } from '#shared/clock'
import { EventRecorder } from '#shared/event_recorder'
import { BackgroundProvider } from './_background_provider.js'

/** Keeps the record of the settings that this process runs with. */
export default class ConfigurationProvider extends BackgroundProvider {
  #record?: ConfigurationRecord

  protected async begin() {
    const { container, config } = this.app

    this.#record = new ConfigurationRecord({
      store: await container.make(AuditStore),
      recorder: await container.make(EventRecorder),
      clock: systemClock,
      logger: await container.make(Logger),
      retryMs: config.get<AuditConfig>('audit').startRetryMs,
      settings: await this.#settings(),
    })
    this.#record.start()
  }

  protected async end() {
    await this.#record?.stop()
  }

  /** What an auditor wants to know has changed. Never a secret. */
  async #settings(): Promise<Record<string, Setting>> {
    const { container, config } = this.app
    const audit = config.get<AuditConfig>('audit')
    const orange = config.get<typeof import('#config/orange').default>('orange')
    const { keyId } = await container.make(SigningKey)

    return {
      retentionDays: audit.retentionDays,
      shortRetentionAllowed: audit.shortRetentionAllowed,
      signingKeyId: keyId,
      checkpointFile: Boolean(config.get('audit.checkpointPath')),
      tokenEndpoint: orange.tokenEndpoint,
      apiBaseUrl: orange.baseUrl,
      sandboxMode: orange.sandboxMode,
      senderAddresses: orange.sms.senderAddresses.join(', '),
      database: config.get<string>('database.connection'),
    }
  }
}
