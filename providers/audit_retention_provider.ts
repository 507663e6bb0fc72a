import { Logger } from '@adonisjs/core/logger'
import type { AuditConfig } from '#audit/audit_config'
import { SigningKey } from '#audit/chain/signing_key'
import { TrustedKeys } from '#audit/chain/trusted_keys'
import { Erasure } from '#audit/retention/erasure'
import { LegalHolds } from '#audit/retention/legal_holds'
import { Purge } from '#audit/retention/purge'
import { PurgePlanner } from '#audit/retention/purge_planner'
import { PurgeSchedule } from '#audit/retention/purge_schedule'
import { AuditStore } from '#audit/stores/audit_store'
import { HoldStore } from '#audit/stores/hold_store'
import { PersonalValueStore } from '#audit/stores/personal_value_store'
import { PurgeStore } from '#audit/stores/purge_store'
import { systemClock } from '#shared/clock'
import { EventRecorder } from '#shared/event_recorder'
import { BackgroundProvider } from './_background_provider.js'

/** Binds what ends the life of audit events, and applies the retention rule every day. */
export default class AuditRetentionProvider extends BackgroundProvider {
  #schedule?: PurgeSchedule

  register() {
    this.#registerPurge()
    this.#registerHolds()
    this.#registerErasure()
  }

  #registerPurge() {
    const { container } = this.app

    container.singleton(PurgeStore, async (resolver) => {
      const database = await resolver.make('lucid.db')
      return new PurgeStore(() => database.connection(), this.#config().chain)
    })

    container.singleton(Purge, async (resolver) => {
      const purges = await resolver.make(PurgeStore)
      const planner = new PurgePlanner({
        store: purges,
        keys: await resolver.make(TrustedKeys),
        clock: systemClock,
        retentionDays: this.#config().retentionDays,
      })

      return new Purge({
        planner,
        purges,
        store: await resolver.make(AuditStore),
        signingKey: await resolver.make(SigningKey),
        recorder: await resolver.make(EventRecorder),
        clock: systemClock,
        checkpoint: async () => {},
      })
    })
  }

  #registerHolds() {
    this.app.container.singleton(LegalHolds, async (resolver) => {
      const database = await resolver.make('lucid.db')
      return new LegalHolds({
        store: await resolver.make(AuditStore),
        holds: new HoldStore(() => database.connection()),
        recorder: await resolver.make(EventRecorder),
        clock: systemClock,
      })
    })
  }

  #registerErasure() {
    this.app.container.singleton(Erasure, async (resolver) => {
      const database = await resolver.make('lucid.db')
      return new Erasure({
        store: await resolver.make(AuditStore),
        events: await resolver.make(PurgeStore),
        values: new PersonalValueStore(() => database.connection()),
        recorder: await resolver.make(EventRecorder),
      })
    })
  }

  protected async begin() {
    const { firstPurgeAfterMs, purgeIntervalMs } = this.#config()

    this.#schedule = new PurgeSchedule({
      purge: await this.app.container.make(Purge),
      clock: systemClock,
      logger: await this.app.container.make(Logger),
      firstAfterMs: firstPurgeAfterMs,
      intervalMs: purgeIntervalMs,
    })
    this.#schedule.start()
  }

  protected async end() {
    await this.#schedule?.stop()
  }

  #config(): AuditConfig {
    return this.app.config.get<AuditConfig>('audit')
  }
}
