import { Logger } from '@adonisjs/core/logger'
import type { AuditConfig } from '#audit/audit_config'
import { AttemptSweep } from '#audit/recording/attempt_sweep'
import { CrashWatch } from '#audit/recording/crash_watch'
import { ServiceLife } from '#audit/recording/service_life'
import { ServiceRuns } from '#audit/recording/service_runs'
import { AttemptStore } from '#audit/stores/attempt_store'
import { AuditStore } from '#audit/stores/audit_store'
import { systemClock } from '#shared/clock'
import { EventRecorder } from '#shared/event_recorder'
import { failureCode } from '#shared/failure_code'
import { framesOf } from '#shared/frames'
import { BackgroundProvider } from './_background_provider.js'

/** How long an error that nobody caught may take to be recorded, in milliseconds. */
const LAST_WORDS_MS = 5_000

const REASONS = {
  uncaughtException: 'uncaught_exception',
  unhandledRejection: 'unhandled_rejection',
}

/** Keeps the record of this process's life, and settles what others left open when they died. */
export default class AuditRecordingProvider extends BackgroundProvider {
  #watch?: CrashWatch
  #life?: ServiceLife
  #sweep?: AttemptSweep
  #crashing = false

  protected async begin() {
    process.on('uncaughtException', (error, origin) => void this.#crash(error, origin))
    this.#watch = await this.#createWatch()
    this.#watch.start()
    this.#life = await this.#createLife()
    this.#life.start()

    this.#sweep = await this.#createSweep()
    this.#sweep.start()
  }

  protected async end() {
    await this.#sweep?.stop()
    await this.#watch?.stop()
    await this.#life?.stop()
  }

  /** What state the process is in is not known any more: it ends, whatever it has under way. */
  async #crash(error: unknown, origin: keyof typeof REASONS): Promise<void> {
    if (this.#crashing) return
    this.#crashing = true
    process.exitCode = 1

    const code = failureCode(error)
    const logger = await this.app.container.make(Logger)
    logger.fatal(
      { code, origin, frames: framesOf(error) },
      'The gateway ends: nobody caught an error'
    )
    systemClock.after(LAST_WORDS_MS, () => process.exit(1))
    await this.#watch?.stop()
    await this.#life?.crash(REASONS[origin], code)
    process.exit(1)
  }

  async #createWatch(): Promise<CrashWatch> {
    return new CrashWatch({
      runs: await this.app.container.make(ServiceRuns),
      clock: systemClock,
      logger: await this.app.container.make(Logger),
    })
  }

  async #createLife(): Promise<ServiceLife> {
    return new ServiceLife({
      recorder: await this.app.container.make(EventRecorder),
      runs: await this.app.container.make(ServiceRuns),
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
