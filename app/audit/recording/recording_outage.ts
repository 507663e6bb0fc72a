import type { Logger } from '@adonisjs/core/logger'
import { OutageLog } from '#shared/outage_log'
import type { AuditEvent } from '#shared/event_recorder'
import type { Clock } from '#shared/clock'

export interface RecordingOutageParts {
  logger: Logger
  clock: Clock

  /** Puts an event on disk. */
  append: (event: AuditEvent) => Promise<void>
}

/** A time in which nothing could be recorded: the log tells of it at once, the trail once it is over. */
export class RecordingOutage {
  readonly #parts: RecordingOutageParts
  readonly #log: OutageLog
  #since?: number
  #refused = 0

  constructor(parts: RecordingOutageParts) {
    this.#parts = parts
    this.#log = new OutageLog(parts.logger, 'Recording audit events')
  }

  failed(error: unknown): void {
    this.#log.failed(error)
    this.#since ??= this.#parts.clock.now()
    this.#refused += 1
  }

  /** An event was recorded. One that tells of the outage follows it; where that fails, the next time. */
  async worked(): Promise<void> {
    this.#log.worked()
    if (this.#since === undefined) return

    // What fails from here on is an outage of its own.
    const [since, refused] = [this.#since, this.#refused]
    this.#since = undefined
    this.#refused = 0
    try {
      await this.#parts.append(this.#over(since, refused))
    } catch (error) {
      this.#log.failed(error)
      this.#since = since
      this.#refused += refused
    }
  }

  #over(since: number, refused: number): AuditEvent {
    return {
      type: 'audit.recording.restored',
      outcome: 'success',
      severity: 'medium',
      durationMs: this.#parts.clock.now() - since,
      count: refused,
      details: { since: new Date(since).toISOString() },
    }
  }
}
