import { Logger } from '@adonisjs/core/logger'
import type { ApplicationService } from '@adonisjs/core/types'
import { AttemptSweep } from '#audit/attempt_sweep'
import type { AuditConfig } from '#audit/audit_config'
import { AuditTrail } from '#audit/audit_trail'
import { developmentSeed } from '#audit/development_seed'
import { ServiceLife } from '#audit/service_life'
import { SigningKey } from '#audit/signing_key'
import { AttemptStore } from '#audit/stores/attempt_store'
import { AuditStore } from '#audit/stores/audit_store'
import { systemClock } from '#shared/clock'
import { EventRecorder } from '#shared/event_recorder'

/** Binds the audit trail, and keeps the record of this process's life in it. */
export default class AuditProvider {
  #sweep?: AttemptSweep
  #life?: ServiceLife
  #beginning: Promise<void> = Promise.resolve()
  #ending = false

  constructor(protected app: ApplicationService) {}

  register() {
    const { container } = this.app

    container.singleton(SigningKey, () => {
      const { signingKey, developmentKeyFile } = this.#config()
      return new SigningKey(signingKey ?? developmentSeed(developmentKeyFile))
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
      return new AuditTrail({
        store: await resolver.make(AuditStore),
        signingKey: await resolver.make(SigningKey),
        clock: systemClock,
        logger: await resolver.make(Logger),
        instanceId: this.#config().instanceId,
      })
    })
  }

  /** Not awaited: a database that is down must not keep the server from starting. */
  async ready() {
    if (this.app.getEnvironment() !== 'web' || this.#ending) return
    this.#beginning = this.#begin()
    await this.#beginning
  }

  /** A process may be told to end while it is still beginning: what has begun is then ended. */
  async shutdown() {
    this.#ending = true
    await this.#beginning
    await this.#sweep?.stop()
    await this.#life?.stop()
  }

  async #begin() {
    this.#life = await this.#createLife()
    this.#life.start()

    this.#sweep = await this.#createSweep()
    this.#sweep.start()
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
