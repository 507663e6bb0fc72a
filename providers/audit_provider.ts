import { Logger } from '@adonisjs/core/logger'
import type { ApplicationService } from '@adonisjs/core/types'
import type { AuditConfig } from '#audit/audit_config'
import { AuditTrail } from '#audit/recording/audit_trail'
import { CheckpointSchedule } from '#audit/checkpoints/checkpoint_schedule'
import { RollbackWatch } from '#audit/checkpoints/rollback_watch'
import { developmentSeed } from '#audit/chain/development_seed'
import { RecordingCheck } from '#audit/recording/recording_check'
import { ServiceRuns } from '#audit/recording/service_runs'
import { ChainGuard } from '#audit/chain/chain_guard'
import { SigningKey } from '#audit/chain/signing_key'
import { TrustedKeys } from '#audit/chain/trusted_keys'
import { AttemptStore } from '#audit/stores/attempt_store'
import { AuditStore } from '#audit/stores/audit_store'
import { CheckpointStore } from '#audit/stores/checkpoint_store'
import { ServiceRunStore } from '#audit/stores/service_run_store'
import { systemClock } from '#shared/clock'
import { EventRecorder } from '#shared/event_recorder'
import { failureCode } from '#shared/failure_code'

/** Binds the audit trail. */
export default class AuditProvider {
  #checkpoints?: CheckpointSchedule

  constructor(protected app: ApplicationService) {}

  /** Only a process that serves makes checkpoints by itself. */
  async ready() {
    if (this.app.getEnvironment() !== 'web') return
    this.#checkpoints = await this.app.container.make(CheckpointSchedule)
  }

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

    container.singleton(ServiceRuns, async (resolver) => {
      const database = await resolver.make('lucid.db')
      return new ServiceRuns({
        store: await resolver.make(AuditStore),
        runs: new ServiceRunStore(() => database.connection()),
        recorder: await resolver.make(EventRecorder),
        clock: systemClock,
        instanceId: this.#config().instanceId,
      })
    })

    container.singleton(AttemptStore, async (resolver) => {
      const database = await resolver.make('lucid.db')
      return new AttemptStore(() => database.connection())
    })

    container.singleton(RecordingCheck, async (resolver) => {
      const store = await resolver.make(CheckpointStore)
      return new RecordingCheck(() => store.head(), await resolver.make(ChainGuard))
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

  #config(): AuditConfig {
    return this.app.config.get<AuditConfig>('audit')
  }
}
