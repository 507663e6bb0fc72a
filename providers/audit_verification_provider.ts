import { Logger } from '@adonisjs/core/logger'
import type { AuditConfig } from '#audit/audit_config'
import { TrustedKeys } from '#audit/chain/trusted_keys'
import { CheckpointFile } from '#audit/checkpoints/checkpoint_file'
import { ChainStore } from '#audit/stores/chain_store'
import { ChainVerifier } from '#audit/verification/chain_verifier'
import { VerificationSchedule } from '#audit/verification/verification_schedule'
import { VerifyTrail } from '#audit/verification/verify_trail'
import { systemClock } from '#shared/clock'
import { EventRecorder } from '#shared/event_recorder'
import { BackgroundProvider } from './_background_provider.js'

/** Binds the verification of the trail, and verifies it every day. */
export default class AuditVerificationProvider extends BackgroundProvider {
  #schedule?: VerificationSchedule

  register() {
    const { container } = this.app

    container.singleton(ChainStore, async (resolver) => {
      const database = await resolver.make('lucid.db')
      return new ChainStore(() => database.connection(), this.#config().chain)
    })

    container.singleton(ChainVerifier, async (resolver) => {
      const keys = await resolver.make(TrustedKeys)
      const file = await resolver.make(CheckpointFile)
      const store = await resolver.make(ChainStore)
      return new ChainVerifier({ store, keys, outside: () => file.entries(keys) })
    })

    container.singleton(VerifyTrail, async (resolver) => {
      return new VerifyTrail({
        verifier: await resolver.make(ChainVerifier),
        recorder: await resolver.make(EventRecorder),
        logger: await resolver.make(Logger),
      })
    })
  }

  protected async begin() {
    const { firstVerificationAfterMs, verificationIntervalMs, verificationPauseMs } = this.#config()

    this.#schedule = new VerificationSchedule({
      verification: await this.app.container.make(VerifyTrail),
      clock: systemClock,
      logger: await this.app.container.make(Logger),
      firstAfterMs: firstVerificationAfterMs,
      intervalMs: verificationIntervalMs,
      pauseMs: verificationPauseMs,
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
