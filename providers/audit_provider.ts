import { Logger } from '@adonisjs/core/logger'
import { AttemptSweep } from '#audit/recording/attempt_sweep'
import type { AuditConfig } from '#audit/audit_config'
import { AuditTrail } from '#audit/recording/audit_trail'
import { CheckpointSchedule } from '#audit/checkpoints/checkpoint_schedule'
import { RollbackWatch } from '#audit/checkpoints/rollback_watch'
import { developmentSeed } from '#audit/chain/development_seed'
import { ServiceLife } from '#audit/recording/service_life'
import { ChainGuard } from '#audit/chain/chain_guard'
import { SigningKey } from '#audit/chain/signing_key'
import { TrustedKeys } from '#audit/chain/trusted_keys'
import { AttemptStore } from '#audit/stores/attempt_store'
import { AuditStore } from '#audit/stores/audit_store'
import { systemClock } from '#shared/clock'
import { EventRecorder } from '#shared/event_recorder'
import { failureCode } from '#shared/failure_code'
import { BackgroundProvider } from './_background_provider.js'

/** Binds the audit trail, and keeps the record of this process's life in it. */
export default class AuditProvider extends BackgroundProvider {
  #sweep?: AttemptSweep
  #life?: ServiceLife
  #checkpoints?: CheckpointSchedule

  register() {
    const { container } = this.app

    container.singleton(SigningKey, () => {
      const { signingKey, developmentKeyFile } = this.#config()
      return new SigningKey(signingKey ?? developmentSeed(developmentKeyFile))
    })

    container.singleton(TrustedKeys, async (resolver) => {
      const { publicKey } = await resolver.make(SigningKey)
      return new TrustedKeys([publicKey, ...this.#config().trustedPublicKeys])
    })

    container.singleton(ChainGuard, async (resolver) => {
      return new ChainGuard(await resolver.make(TrustedKeys), this.#config().chain)
    })

    container.singleton(AuditStore, async (resolver) => {
      const database = await resolver.make('lucid.db')
      return new AuditStore(() => database.connection(), this.#config().chain)
    })

    container.singleton(AttemptStore, async (resolver) => {
      const database = await resolver.make('lucid.db')
      return new AttemptStore(() => database.connection())
    })

    container.singleton(EventRecorder, async (resolver) => {
      await this.#expectCheckpoints()
      return new AuditTrail({
        store: await resolver.make(AuditStore),
        guard: await resolver.make(ChainGuard),
        signingKey: await resolver.make(SigningKey),
        clock: systemClock,
        logger: await resolver.make(Logger),
        instanceId: this.#config().instanceId,
        committed: (head) => this.#checkpoints?.noticed(head),
      })
    })
  }

  /** Before the first event: a database that was put back must not be appended to. */
  async #expectCheckpoints() {
    const watch = await this.app.container.make(RollbackWatch)
    try {
      await watch.expect()
    } catch (error) {
      // A file that cannot be read is an outage of checkpoints, not of recording.
      const logger = await this.app.container.make(Logger)
      logger.error({ code: failureCode(error) }, 'The checkpoint file cannot be read')
    }
  }

  protected async begin() {
    this.#checkpoints = await this.app.container.make(CheckpointSchedule)
    this.#life = await this.#createLife()
    this.#life.start()

    this.#sweep = await this.#createSweep()
    this.#sweep.start()
  }

  protected async end() {
    await this.#sweep?.stop()
    await this.#life?.stop()
  }

  async #createLife(): Promise<ServiceLife> {
    return new ServiceLife({
      recorder: await this.app.container.make(EventRecorder),
      clock: systemClock,
      retryMs: this.#config().startRetryMs,
      details: {
        version: this.app.version?.toString() ?? null,
        node: process.version,
        mode: this.app.nodeEnvironment,
      },
    })
  }

  async #createSweep(): Promise<AttemptSweep> {
    const { container } = this.app
    const { attemptAgeMs, sweepIntervalMs } = this.#config()

    return new AttemptSweep({
      store: await container.make(AuditStore),
      attempts: await container.make(AttemptStore),
      recorder: await container.make(EventRecorder),
      clock: systemClock,
      logger: await container.make(Logger),
      ageMs: attemptAgeMs,
      intervalMs: sweepIntervalMs,
    })
  }

  #config(): AuditConfig {
    return this.app.config.get<AuditConfig>('audit')
  }
}
