import type { Logger } from '@adonisjs/core/logger'
import type { Cancel, Clock } from '#shared/clock'
import type { SmsLedger } from '#sms/stores/sms_ledger'

export interface InterruptedSendsParts {
  ledger: SmsLedger
  logger: Logger
  clock: Clock
}

/** Far more than any send takes, so that nobody's send in progress is meant. In milliseconds. */
const AGE_MS = 2 * 60_000
const INTERVAL_MS = 60_000

/** From time to time, settles the messages whose process died while sending them. */
export class InterruptedSends {
  readonly #parts: InterruptedSendsParts
  #cancel?: Cancel
  #running: Promise<void> = Promise.resolve()

  constructor(parts: InterruptedSendsParts) {
    this.#parts = parts
  }

  start(): void {
    this.#running = this.#settle().finally(() => {
      this.#cancel = this.#parts.clock.after(INTERVAL_MS, () => this.start())
    })
  }

  async stop(): Promise<void> {
    await this.#running
    this.#cancel?.()
  }

  async #settle(): Promise<void> {
    const { ledger, logger } = this.#parts
    try {
      const settled = await ledger.settleInterrupted(AGE_MS)
      if (settled > 0) logger.warn({ settled }, 'Interrupted sends were settled as unknown')
    } catch {
      logger.warn('Interrupted sends cannot be looked for: the database does not answer')
    }
  }
}
