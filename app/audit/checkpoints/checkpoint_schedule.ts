import type { Logger } from '@adonisjs/core/logger'
import { ChainRefused } from '#audit/chain/errors'
import type { ChainPosition } from '#audit/chain/position'
import type { CheckpointReason } from '#audit/checkpoints/checkpoint'
import type { Checkpointer } from '#audit/checkpoints/checkpointer'
import type { RollbackWatch } from '#audit/checkpoints/rollback_watch'
import { OutageLog } from '#shared/outage_log'
import type { Cancel, Clock } from '#shared/clock'

export interface CheckpointScheduleParts {
  checkpointer: Checkpointer
  watch: RollbackWatch
  clock: Clock
  logger: Logger

  /** Time between two checkpoints, in milliseconds, while there is news. */
  intervalMs: number

  /** How many new events do not wait for that time. */
  mostEvents: number
}

/** While nothing may be recorded, somebody may be about to allow it again. */
const REFUSED_INTERVAL_MS = 5_000

/** Has checkpoints signed from time to time, when many events have come, and at the end. */
export class CheckpointSchedule {
  readonly #parts: CheckpointScheduleParts
  readonly #signing: OutageLog
  readonly #looking: OutageLog
  #signedSeq = 0
  #running: Promise<void> = Promise.resolve()
  #busy = false
  #refused = false
  #cancel: Cancel = () => {}
  #stopped = false

  constructor(parts: CheckpointScheduleParts) {
    this.#parts = parts
    this.#signing = new OutageLog(parts.logger, 'Signing checkpoints')
    this.#looking = new OutageLog(parts.logger, 'Looking for a rollback of the audit trail')
  }

  /** Begins now: what another process left unsigned is signed. */
  start(): void {
    this.#running = this.#signAndPlanNext('time')
  }

  /** Told of every head that this process has committed. */
  noticed({ seq }: ChainPosition): void {
    if (this.#busy || this.#stopped || seq - this.#signedSeq < this.#parts.mostEvents) return
    this.#cancel()
    this.#running = this.#signAndPlanNext('count')
  }

  /** Signs a last checkpoint, over everything that was recorded until now. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancel()
    await this.#running
    await this.#sign('shutdown')
  }

  async #signAndPlanNext(reason: CheckpointReason): Promise<void> {
    this.#busy = true
    await this.#sign(reason)
    this.#busy = false

    if (this.#stopped) return
    const delayMs = this.#refused ? REFUSED_INTERVAL_MS : this.#parts.intervalMs
    this.#cancel = this.#parts.clock.after(delayMs, () => this.start())
  }

  async #sign(reason: CheckpointReason): Promise<void> {
    await this.#look()
    try {
      const checkpoint = await this.#parts.checkpointer.sign(reason)
      this.#signedSeq = checkpoint?.seq ?? this.#signedSeq
      this.#signing.worked()
      this.#refused = false
    } catch (error) {
      this.#refused = error instanceof ChainRefused
      this.#signing.failed(error)
    }
  }

  /** A file that cannot be read is no reason to leave the other anchors without checkpoints. */
  async #look(): Promise<void> {
    try {
      await this.#parts.watch.look()
      this.#looking.worked()
    } catch (error) {
      this.#looking.failed(error)
    }
  }
}
