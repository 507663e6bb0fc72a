import type { Logger } from '@adonisjs/core/logger'
import type { EventRecorder } from '#shared/event_recorder'
import type { Clock } from '#shared/clock'
import { Repeating } from '#shared/repeating'
import type { AuditStore } from '#audit/stores/audit_store'
import type { Attempt, AttemptStore } from '#audit/stores/attempt_store'

export interface AttemptSweepOptions {
  store: AuditStore
  attempts: AttemptStore
  recorder: EventRecorder
  clock: Clock
  logger: Logger

  /** How long a request has to be without an outcome while we look, in milliseconds. */
  ageMs: number

  /** Time between two sweeps, in milliseconds. */
  intervalMs: number
}

const PAGE = 100

/**
 * Finds token requests whose outcome nobody recorded, because the process that made
 * them died or could not write, and records that it is unknown. What counts is how long
 * they were there while we looked: clocks of several machines are not compared.
 */
export class AttemptSweep {
  readonly #options: AttemptSweepOptions
  readonly #repeating: Repeating

  /** Which requests were there when we looked, and when that was on our own clock. */
  #look = { upTo: 0, at: -Infinity }

  /** Every request up to this number is old enough. */
  #oldUpTo = 0

  /** Every request up to this number is settled: it spares looking at them again. */
  #settledUpTo = 0

  constructor(options: AttemptSweepOptions) {
    this.#options = options
    const task = (signal: AbortSignal) => this.settle(signal)
    this.#repeating = new Repeating('Settling token requests', task, options)
  }

  /** Sweeps now and from then on, in the background. */
  start(): void {
    this.#repeating.start()
  }

  /** Resolves when a sweep that is under way has ended. */
  stop(): Promise<void> {
    return this.#repeating.stop()
  }

  /**
   * Settles everything that is old enough.
   *
   * @param signal ends it after the page at hand
   * @returns how many requests were found without an outcome and now have one
   * @throws RecordingUnavailable, or the database's error when it cannot be read
   */
  async settle(signal?: AbortSignal): Promise<number> {
    await this.#lookAgain()

    let settled = 0
    let page: Attempt[]
    do {
      const range = { after: this.#settledUpTo, upTo: this.#oldUpTo }
      page = await this.#options.attempts.unsettled(range, PAGE)
      for (const attempt of page) settled += await this.#settleOne(attempt)
    } while (page.length === PAGE && !signal?.aborted)

    if (page.length < PAGE) this.#settledUpTo = this.#oldUpTo
    return settled
  }

  async #lookAgain(): Promise<void> {
    const { attempts, clock, ageMs } = this.#options
    const at = clock.monotonic()
    if (at - this.#look.at < ageMs) return

    const upTo = await attempts.newest()
    this.#oldUpTo = this.#look.upTo
    this.#look = { upTo, at }
  }

  /** Looks again under the lock: another process may be settling the same request. */
  #settleOne(attempt: Attempt): Promise<number> {
    const { store, attempts, recorder } = this.#options

    return store.transaction(async (trx) => {
      await store.lock(trx)
      if (await attempts.hasOutcome(trx, attempt.attemptId)) return 0

      await recorder.record(outcomeUnknown(attempt), trx)
      return 1
    })
  }
}

function outcomeUnknown(attempt: Attempt) {
  const { targetType, targetId } = attempt

  return {
    type: 'auth.token.outcome_unknown',
    outcome: 'unknown',
    reasonCode: 'no_outcome_recorded',
    actor: { type: 'system', id: 'attempt-sweep' },
    target: targetType && targetId ? { type: targetType, id: targetId } : undefined,
    attemptId: attempt.attemptId,
    correlationId: attempt.correlationId,
    details: { requestedAt: attempt.occurredAt },
  } as const
}
