import type { Logger } from '@adonisjs/core/logger'

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
    this.#logger.error({ code: codeOf(error) }, `${this.#what} fails`)
  }

  worked(): void {
    if (!this.#down) return

    this.#down = false
    this.#logger.info(`${this.#what} works again`)
  }
}

/** A name for what went wrong. Never the text of a foreign error: it quotes SQL and values. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'

  const code = 'code' in error ? error.code : undefined
  return [code, error.name].find(isWord) ?? 'unknown'
}

function isWord(text: unknown): text is string {
  return typeof text === 'string' && /^\w{1,40}$/.test(text)
}
