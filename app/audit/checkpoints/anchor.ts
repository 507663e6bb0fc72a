import type { Checkpoint } from '#audit/checkpoints/checkpoint'

/** A place outside the database where checkpoints are kept. */
export interface Anchor {
  /** As events and logs name it: `file`, `webhook`, `mailbox`. */
  readonly name: string

  /** The least time between two checkpoints that nobody asked for, in milliseconds. */
  readonly leastIntervalMs?: number

  /**
   * Resolves when the checkpoint is kept.
   *
   * @throws when it is not; the next one is tried again
   */
  keep(checkpoint: Checkpoint): Promise<void>
}
