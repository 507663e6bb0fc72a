import type { Logger } from '@adonisjs/core/logger'
import { failureCode } from '#shared/failure_code'
import { GatewayError } from '#shared/gateway_error'

/**
 * Writes one line when something stops working and one when it works again, however
 * often it is tried in between.
 */
export class OutageLog {
  readonly #logger: Logger
  readonly #what: string
  #down = false

  /** @param what is tried, as the beginning of a sentence, e.g. "Recording audit events" */
  constructor(logger: Logger, what: string) {
    this.#logger = logger
    this.#what = what
  }

  failed(error: unknown): void {
    if (this.#down) return

    this.#down = true
    // Only an error of ours may be quoted: others quote what was being stored.
    const reason = error instanceof GatewayError ? error.message : undefined
    this.#logger.error({ code: failureCode(error), reason }, `${this.#what} fails`)
  }

  worked(): void {
    if (!this.#down) return

    this.#down = false
    this.#logger.info(`${this.#what} works again`)
  }
}
