import type { Logger } from '@adonisjs/core/logger'
import type { Anchor } from '#audit/checkpoints/anchor'
import type { Checkpoint, CheckpointReason } from '#audit/checkpoints/checkpoint'
import { OutageLog } from '#shared/outage_log'
import { failureCode } from '#shared/failure_code'
import type { Clock } from '#shared/clock'
import type { EventRecorder } from '#shared/event_recorder'

export interface WatchedAnchorParts {
  anchor: Anchor
  recorder: EventRecorder
  clock: Clock
  logger: Logger
}

/** Since when an anchor has kept nothing, and what. */
export interface AnchorState {
  name: string

  /** The newest event that a checkpoint at this anchor covers; 0 for none of this process's. */
  keptSeq: number

  /** Milliseconds since 1970; undefined before the first. */
  keptAt?: number

  /** Milliseconds since 1970. */
  watchedSince: number
  failing: boolean

  /** The least time between two checkpoints that nobody asked for, in milliseconds. */
  leastIntervalMs: number
}

/** Signed because time has passed or events have come, rather than for an occasion. */
const ROUTINE: readonly CheckpointReason[] = ['time', 'count']

/**
 * An anchor with a memory: offers it only what is news to it, and tells when it begins
 * and ceases to fail. A failing anchor keeps nobody from recording.
 */
export class WatchedAnchor {
  readonly #parts: WatchedAnchorParts
  readonly #outage: OutageLog
  readonly #watchedSince: number
  #keptSeq = 0
  #keptAt?: number
  #failing = false

  constructor(parts: WatchedAnchorParts) {
    this.#parts = parts
    this.#watchedSince = parts.clock.now()
    this.#outage = new OutageLog(parts.logger, `Keeping checkpoints at the ${parts.anchor.name}`)
  }

  get state(): AnchorState {
    const { name, leastIntervalMs = 0 } = this.#parts.anchor
    return {
      name,
      leastIntervalMs,
      keptSeq: this.#keptSeq,
      keptAt: this.#keptAt,
      watchedSince: this.#watchedSince,
      failing: this.#failing,
    }
  }

  /** Whether the checkpoint stands at the anchor now. Never rejects. */
  async offer(checkpoint: Checkpoint): Promise<boolean> {
    if (!this.#isDue(checkpoint)) return checkpoint.seq === this.#keptSeq

    try {
      await this.#parts.anchor.keep(checkpoint)
    } catch (error) {
      await this.#failed(error)
      return false
    }

    this.#keptSeq = checkpoint.seq
    this.#keptAt = this.#parts.clock.now()
    await this.#worked()
    return true
  }

  #isDue({ seq, reason }: Checkpoint): boolean {
    if (!ROUTINE.includes(reason)) return true
    // A chain that is shorter than what was kept has been put back, and that was accepted.
    if (seq === this.#keptSeq) return false

    const { leastIntervalMs = 0 } = this.#parts.anchor
    const elapsed = this.#parts.clock.now() - (this.#keptAt ?? -Infinity)
    return this.#failing || elapsed >= leastIntervalMs
  }

  async #failed(error: unknown): Promise<void> {
    this.#outage.failed(error)
    if (this.#failing) return

    this.#failing = true
    await this.#tell('failed', failureCode(error))
  }

  async #worked(): Promise<void> {
    this.#outage.worked()
    if (!this.#failing) return

    this.#failing = false
    await this.#tell('restored')
  }

  /** What cannot be recorded either has been logged by the recorder. */
  async #tell(what: 'failed' | 'restored', reasonCode?: string): Promise<void> {
    await this.#parts.recorder
      .record({
        type: `audit.checkpoint.${what}`,
        outcome: what === 'failed' ? 'failure' : 'success',
        severity: what === 'failed' ? 'high' : 'informational',
        reasonCode,
        target: { type: 'audit_anchor', id: this.#parts.anchor.name },
      })
      .catch(() => {})
  }
}
