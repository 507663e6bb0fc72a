import type { Logger } from '@adonisjs/core/logger'
import type { ChainPosition } from '#audit/chain/position'
import type { CheckpointReason } from '#audit/checkpoints/checkpoint'
import type { Checkpointer } from '#audit/checkpoints/checkpointer'
import type { RollbackWatch } from '#audit/checkpoints/rollback_watch'
import { OutageLog } from '#audit/recording/outage_log'
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

/** Has checkpoints signed from time to time, when many events have come, and at the end. */
export class CheckpointSchedule {
  readonly #parts: CheckpointScheduleParts
  readonly #outage: OutageLog
  #signedSeq = 0
  #running: Promise<void> = Promise.resolve()
  #busy = false
  #cancel: Cancel = () => {}
  #stopped = false

  constructor(parts: CheckpointScheduleParts) {
    this.#parts = parts
    this.#outage = new OutageLog(parts.logger, 'Signing checkpoints')
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
    this.#cancel = this.#parts.clock.after(this.#parts.intervalMs, () => this.start())
  }

  async #sign(reason: CheckpointReason): Promise<void> {
    const { checkpointer, watch } = this.#parts
    try {
      await watch.look()
      const checkpoint = await checkpointer.sign(reason)
      this.#signedSeq = checkpoint?.seq ?? this.#signedSeq
      this.#outage.worked()
    } catch (error) {
      this.#outage.failed(error)
    }
  }
}
