import { Logger } from '@adonisjs/core/logger'
import type { TrustedIssuer } from '#access/jwt/trusted_issuer'
import type { AuditConfig } from '#audit/audit_config'
import { keyIdOf, SigningKey } from '#audit/chain/signing_key'
import { ConfigurationRecord, type Setting } from '#audit/recording/configuration_record'
import { UntilDone } from '#audit/recording/until_done'
import { AuditStore } from '#audit/stores/audit_store'
import { trustedIssuers } from '#config/auth'
import { systemClock } from '#shared/clock'
import { EventRecorder } from '#shared/event_recorder'
import { BackgroundProvider } from './_background_provider.js'

/** Keeps the record of the settings that this process runs with. */
export default class ConfigurationProvider extends BackgroundProvider {
  #recording?: UntilDone

  protected async begin() {
    const { container, config } = this.app

    const record = new ConfigurationRecord({
      store: await container.make(AuditStore),
      recorder: await container.make(EventRecorder),
      settings: await this.#settings(),
    })
    this.#recording = new UntilDone('Recording the configuration', () => record.record(), {
      clock: systemClock,
      logger: await container.make(Logger),
      retryMs: config.get<AuditConfig>('audit').startRetryMs,
    })
    this.#recording.start()
  }

  protected async end() {
    await this.#recording?.stop()
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
      trustedKeyIds: audit.trustedPublicKeys.map(keyIdOf).sort().join(', '),
      checkpointAnchors: anchorsOf(audit),
      trustedProxies: config.get<string[]>('app.trustedProxies').toSorted().join(', '),
      tokenEndpoint: orange.tokenEndpoint,
      apiBaseUrl: orange.baseUrl,
      sandboxMode: orange.sandboxMode,
      senderAddresses: orange.sms.senderAddresses.join(', '),
      database: config.get<string>('database.connection'),
      trustedIssuers: trustedIssuers.map(trustIn).join('; '),
    }
  }
}

/** Who may admit whom to what. Not as which user: an e-mail address may be a person's. */
function trustIn({ issuer, audience, abilities }: TrustedIssuer): string {
  const scopes = Object.entries(abilities).map(([scope, given]) => `${scope}=${given.join('+')}`)
  return `${issuer} for ${audience}: ${scopes.join(' ')}`
}

/** Where checkpoints go: of an address only the host, since the rest may be secret or personal. */
function anchorsOf({ checkpointPath, checkpointWebhookUrl, checkpointMail }: AuditConfig): string {
  const anchors = [
    `file ${checkpointPath}`,
    checkpointWebhookUrl && `webhook at ${new URL(checkpointWebhookUrl).host}`,
    checkpointMail && `mailbox at ${checkpointMail.to.split('@').at(-1)}`,
  ]
  return anchors.filter(Boolean).join(', ')
}
