import { sep } from 'node:path'
import { Logger } from '@adonisjs/core/logger'
import type { ContainerResolver } from '@adonisjs/core/container'
import type { ContainerBindings } from '@adonisjs/core/types'
import type { AuditConfig } from '#audit/audit_config'
import { ChainGuard } from '#audit/chain/chain_guard'
import { KeyHistory } from '#audit/chain/key_history'
import { SigningKey } from '#audit/chain/signing_key'
import { TrustedKeys } from '#audit/chain/trusted_keys'
import { AcceptRollback } from '#audit/checkpoints/accept_rollback'
import type { Anchor } from '#audit/checkpoints/anchor'
import { CheckpointCheck } from '#audit/checkpoints/checkpoint_check'
import { CheckpointFile } from '#audit/checkpoints/checkpoint_file'
import { CheckpointSchedule } from '#audit/checkpoints/checkpoint_schedule'
import { Checkpointer } from '#audit/checkpoints/checkpointer'
import { MailboxAnchor } from '#audit/checkpoints/mailbox_anchor'
import { PublishedEvidence } from '#audit/checkpoints/published_evidence'
import { RollbackWatch } from '#audit/checkpoints/rollback_watch'
import { WatchedAnchor } from '#audit/checkpoints/watched_anchor'
import { WebhookAnchor } from '#audit/checkpoints/webhook_anchor'
import { UntilDone } from '#audit/recording/until_done'
import { AuditStore } from '#audit/stores/audit_store'
import { CheckpointStore } from '#audit/stores/checkpoint_store'
import { SigningKeyStore } from '#audit/stores/signing_key_store'
import { systemClock } from '#shared/clock'
import { EventRecorder } from '#shared/event_recorder'
import { HttpClient } from '#shared/http_client'
import { BackgroundProvider } from './_background_provider.js'

/** A checkpoint is missed when as many in a row have not come. */
const MISSED_CHECKPOINTS = 3

type Resolver = ContainerResolver<ContainerBindings>

/**
 * Keeps evidence of the trail outside the database. Registered before the trail itself,
 * so that it ends after it: the last checkpoint covers the last event.
 */
export default class AuditCheckpointsProvider extends BackgroundProvider {
  #schedule?: CheckpointSchedule
  #keyHistory?: UntilDone
  #http?: HttpClient

  register() {
    this.#registerStores()
    this.#registerCheckpoints()
    this.#registerEvidence()
  }

  #registerStores() {
    const { container } = this.app
    container.singleton(CheckpointFile, () => new CheckpointFile(this.#config().checkpointPath))

    container.singleton(CheckpointStore, async (resolver) => {
      const database = await resolver.make('lucid.db')
      return new CheckpointStore(() => database.connection(), this.#config().chain)
    })

    container.singleton(SigningKeyStore, async (resolver) => {
      const database = await resolver.make('lucid.db')
      return new SigningKeyStore(() => database.connection())
    })
  }

  #registerCheckpoints() {
    const { container } = this.app

    container.singleton(Checkpointer, async (resolver) => {
      return new Checkpointer({
        store: await resolver.make(CheckpointStore),
        signingKey: await resolver.make(SigningKey),
        guard: await resolver.make(ChainGuard),
        anchors: await this.#anchors(resolver),
        clock: systemClock,
      })
    })

    container.singleton(CheckpointCheck, async (resolver) => {
      const checkpointer = await resolver.make(Checkpointer)
      const store = await resolver.make(CheckpointStore)
      return new CheckpointCheck({
        anchors: () => checkpointer.anchors,
        headSeq: async () => {
          const { seq } = await store.head()
          return seq
        },
        clock: systemClock,
        overdueMs: MISSED_CHECKPOINTS * this.#config().checkpointIntervalMs,
      })
    })

    container.singleton(RollbackWatch, async (resolver) => {
      return new RollbackWatch({
        file: await resolver.make(CheckpointFile),
        store: await resolver.make(CheckpointStore),
        keys: await resolver.make(TrustedKeys),
        guard: await resolver.make(ChainGuard),
        enforced: this.#config().checkpointsEnforced,
      })
    })

    container.singleton(AcceptRollback, async (resolver) => {
      return new AcceptRollback({
        watch: await resolver.make(RollbackWatch),
        store: await resolver.make(CheckpointStore),
        file: await resolver.make(CheckpointFile),
        guard: await resolver.make(ChainGuard),
        signingKey: await resolver.make(SigningKey),
        recorder: await resolver.make(EventRecorder),
        checkpointer: await resolver.make(Checkpointer),
        clock: systemClock,
      })
    })
  }

  #registerEvidence() {
    const { container } = this.app

    container.singleton(PublishedEvidence, async (resolver) => {
      return new PublishedEvidence({
        checkpoints: await resolver.make(CheckpointStore),
        keys: await resolver.make(SigningKeyStore),
        signingKey: await resolver.make(SigningKey),
        trusted: await resolver.make(TrustedKeys),
        recorder: await resolver.make(EventRecorder),
      })
    })

    container.singleton(KeyHistory, async (resolver) => {
      return new KeyHistory({
        store: await resolver.make(AuditStore),
        keys: await resolver.make(SigningKeyStore),
        signingKey: await resolver.make(SigningKey),
        recorder: await resolver.make(EventRecorder),
        clock: systemClock,
      })
    })

    container.singleton(CheckpointSchedule, async (resolver) => {
      return new CheckpointSchedule({
        checkpointer: await resolver.make(Checkpointer),
        watch: await resolver.make(RollbackWatch),
        clock: systemClock,
        logger: await resolver.make(Logger),
        intervalMs: this.#config().checkpointIntervalMs,
        mostEvents: this.#config().checkpointEvents,
      })
    })
  }

  async #anchors(resolver: Resolver): Promise<WatchedAnchor[]> {
    const shared = {
      recorder: await resolver.make(EventRecorder),
      logger: await resolver.make(Logger),
      clock: systemClock,
    }
    const anchors: (Anchor | undefined)[] = [
      await resolver.make(CheckpointFile),
      this.#webhook(),
      await this.#mailbox(resolver),
    ]
    return anchors.flatMap((anchor) => (anchor ? new WatchedAnchor({ ...shared, anchor }) : []))
  }

  #webhook(): Anchor | undefined {
    const { checkpointWebhookUrl: url, checkpointDeadlineMs: deadlineMs } = this.#config()
    if (!url) return undefined

    this.#http = new HttpClient(this.app.config.get('http_client.checkpoints'))
    return new WebhookAnchor({ http: this.#http, url, deadlineMs })
  }

  async #mailbox(resolver: Resolver): Promise<Anchor | undefined> {
    const { checkpointMail, checkpointDeadlineMs: deadlineMs } = this.#config()
    if (!checkpointMail) return undefined

    const mail = await resolver.make('mail.manager')
    return new MailboxAnchor({
      ...checkpointMail,
      mailer: mail.use('smtp'),
      clock: systemClock,
      deadlineMs,
    })
  }

  protected async begin() {
    const { container } = this.app
    await this.#warnOfTemporaryFile()
    const history = await container.make(KeyHistory)

    this.#keyHistory = new UntilDone('Publishing the signing key', () => history.introduce(), {
      clock: systemClock,
      logger: await container.make(Logger),
      retryMs: this.#config().startRetryMs,
    })
    this.#keyHistory.start()

    this.#schedule = await container.make(CheckpointSchedule)
    this.#schedule.start()
  }

  protected async end() {
    await this.#keyHistory?.stop()
    await this.#schedule?.stop()
    this.#http?.destroy()
  }

  /** What stands beside the application is lost with it, and restored with it. */
  async #warnOfTemporaryFile() {
    const temporary = this.app.makePath('tmp') + sep
    if (!this.app.inProduction || !this.#config().checkpointPath.startsWith(temporary)) return

    const logger = await this.app.container.make(Logger)
    logger.warn("AUDIT_CHECKPOINT_PATH is under the application's tmp/: name a place elsewhere")
  }

  #config(): AuditConfig {
    return this.app.config.get<AuditConfig>('audit')
  }
}
