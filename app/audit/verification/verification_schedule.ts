import type { Logger } from '@adonisjs/core/logger'
import { OutageLog } from '#shared/outage_log'
import type { VerifyTrail } from '#audit/verification/verify_trail'
import type { Cancel, Clock } from '#shared/clock'

export interface VerificationScheduleOptions {
  verification: VerifyTrail
  clock: Clock
  logger: Logger

  /** Time to the first verification, in milliseconds. */
  firstAfterMs: number

  /** Time between two verifications, in milliseconds. */
  intervalMs: number

  /** Rest after every page of events, in milliseconds: sending goes first. */
  pauseMs: number
}

const ACTOR = { type: 'system', id: 'verification-schedule' } as const

/** Verification was told to end. */
class Stopped extends Error {}

/** Verifies the trail again and again, in the background. Stops nothing else, whatever it finds. */
export class VerificationSchedule {
  readonly #options: VerificationScheduleOptions
  readonly #outage: OutageLog
  #running: Promise<void> = Promise.resolve()
  #cancel: Cancel = () => {}
  #endPause: () => void = () => {}
  #stopped = false

  constructor(options: VerificationScheduleOptions) {
    this.#options = options
    this.#outage = new OutageLog(options.logger, 'Verifying the audit trail')
  }

  start(): void {
    this.#planNext(this.#options.firstAfterMs)
  }

  /** Ends a verification that is under way after the page that it is reading. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancel()
    this.#endPause()
    await this.#running
  }

  #planNext(delayMs: number): void {
    if (this.#stopped) return
    this.#cancel = this.#options.clock.after(delayMs, () => {
      this.#running = this.#verify()
    })
  }

  async #verify(): Promise<void> {
    try {
      await this.#options.verification.verify({ actor: ACTOR, pause: () => this.#pause() })
      this.#outage.worked()
    } catch (error) {
      if (!this.#stopped) this.#outage.failed(error)
    }

    this.#planNext(this.#options.intervalMs)
  }

  async #pause(): Promise<void> {
    if (!this.#stopped) {
      await new Promise<void>((resolve) => {
        const cancel = this.#options.clock.after(this.#options.pauseMs, resolve)
        this.#endPause = () => {
          cancel()
          resolve()
        }
      })
    }
    if (this.#stopped) throw new Stopped()
  }
}
