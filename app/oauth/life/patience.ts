import type { AccessToken } from '#oauth/life/access_token'
import type { PauseControl } from '#oauth/life/credential_pause'
import { pausedError, TokenRequestError, TokenUnavailable } from '#oauth/errors'
import type { Clock } from '#shared/clock'

export interface PatienceParts {
  clock: Clock
  pause: PauseControl

  /** How long a caller waits for a token, in milliseconds. */
  waitMs: number
}

/** How often one caller has the token endpoint asked before it is given up. */
const TRIES = 3

/** When a caller should come back if no pause says it, in milliseconds. */
const COME_BACK_MS = 1_000

/** How one caller waits for a token: through short pauses and a few failures, and not for ever. */
export class Patience {
  readonly #parts: PatienceParts

  constructor(parts: PatienceParts) {
    this.#parts = parts
  }

  /**
   * @param longestMs how long this caller can wait, if that is less than others do
   * @throws {TokenUnavailable} when the time or the tries are used up
   */
  async for(obtain: () => Promise<AccessToken>, longestMs?: number): Promise<AccessToken> {
    const deadline = this.#deadline(longestMs)

    for (let failures = 0; ;) {
      try {
        return await this.within(obtain(), deadline)
      } catch (error) {
        if (error instanceof TokenRequestError) failures++
        if (failures === TRIES || !this.#mayPass(error)) throw this.#toUnavailable(error)
      }
      await this.outlastPause(deadline)
    }
  }

  /** Whether waiting may help: a failure that passes, or a pause that ends. */
  #mayPass(error: unknown): boolean {
    if (error instanceof TokenRequestError) return error.retryable
    return error instanceof TokenUnavailable && this.#parts.pause.known !== null
  }

  /** @throws {TokenUnavailable} at once when the pause outlasts the deadline */
  async outlastPause(deadline = this.#deadline()): Promise<void> {
    const { clock, pause: pauses } = this.#parts

    for (;;) {
      const pause = await pauses.current()
      if (!pause) return

      const remaining = pauses.remainingMs(pause)
      if (clock.monotonic() + remaining >= deadline) {
        throw pausedError(pause, remaining)
      }
      await new Promise<void>((resolve) => clock.after(remaining, resolve))
    }
  }

  /** The request goes on after the deadline: its token is there for the next caller. */
  within(token: Promise<AccessToken>, deadline = this.#deadline()): Promise<AccessToken> {
    const { clock } = this.#parts

    return new Promise((resolve, reject) => {
      const cancel = clock.after(deadline - clock.monotonic(), () => {
        reject(new TokenUnavailable('timeout', COME_BACK_MS))
      })
      token.then(resolve, reject).finally(cancel)
    })
  }

  #deadline(longestMs = Infinity): number {
    return this.#parts.clock.monotonic() + Math.min(this.#parts.waitMs, longestMs)
  }

  #toUnavailable(error: unknown): unknown {
    if (!(error instanceof TokenRequestError)) return error
    const { known } = this.#parts.pause
    const wait = known ? this.#parts.pause.remainingMs(known) : COME_BACK_MS
    return new TokenUnavailable(error.facts.reason, wait)
  }
}
