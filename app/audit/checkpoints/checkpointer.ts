import type { ChainGuard } from '#audit/chain/chain_guard'
import type { SigningKey } from '#audit/chain/signing_key'
import {
  type Checkpoint,
  type CheckpointReason,
  signCheckpoint,
} from '#audit/checkpoints/checkpoint'
import type { AnchorState, WatchedAnchor } from '#audit/checkpoints/watched_anchor'
import type { CheckpointStore } from '#audit/stores/checkpoint_store'
import type { Clock } from '#shared/clock'

export interface CheckpointerParts {
  store: CheckpointStore
  signingKey: SigningKey
  guard: ChainGuard
  anchors: readonly WatchedAnchor[]
  clock: Clock
}

/** Signs where the chain stands, and has it kept in the database and outside of it. */
export class Checkpointer {
  readonly #parts: CheckpointerParts

  constructor(parts: CheckpointerParts) {
    this.#parts = parts
  }

  /** How the places outside the database fare. */
  get anchors(): AnchorState[] {
    return this.#parts.anchors.map(({ state }) => state)
  }

  /**
   * @returns undefined while the trail is empty
   * @throws {ChainRefused} when the head is not one to vouch for
   * @throws the database's error when the head cannot be read, or the checkpoint not stored
   */
  async sign(reason: CheckpointReason): Promise<Checkpoint | undefined> {
    const { store, signingKey, guard, anchors, clock } = this.#parts
    const head = await store.head()
    guard.admit(head)
    if (head.seq === 0) return undefined

    const { seq, fingerprint } = head
    const createdAt = new Date(clock.now()).toISOString()
    const checkpoint = signCheckpoint(signingKey, {
      chain: store.chain,
      ...{ seq, fingerprint, createdAt, reason },
    })

    await store.add(checkpoint)
    const kept = await Promise.all(anchors.map((anchor) => anchor.offer(checkpoint)))
    if (kept.includes(true)) guard.expectAtLeast(checkpoint)
    return checkpoint
  }
}
