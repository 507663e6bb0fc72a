import type { ChainPosition } from '#audit/chain/position'
import type { TrustedKeys } from '#audit/chain/trusted_keys'
import type { Checkpoint } from '#audit/checkpoints/checkpoint'
import type { CheckpointEntry } from '#audit/checkpoints/checkpoint_line'
import type { ChainStore } from '#audit/stores/chain_store'
import { CheckpointComparison } from '#audit/verification/checkpoint_comparison'

export interface TrailCheckpointsParts {
  store: ChainStore
  keys: TrustedKeys

  /** Checkpoints that were kept outside the database, and genuine acknowledgements, as they were made. */
  outside?: () => AsyncIterable<CheckpointEntry>
}

const PAGE = 250

/** Holds a trail against every checkpoint that was kept of it, in the database and outside. */
export class TrailCheckpoints {
  readonly #store: ChainStore
  readonly #keys: TrustedKeys
  readonly #outside: TrailCheckpointsParts['outside']

  constructor({ store, keys, outside }: TrailCheckpointsParts) {
    this.#store = store
    this.#keys = keys
    this.#outside = outside
  }

  /** @param provenUpTo the event up to which the agreement has to be a proof */
  async compare({ seq: after }: ChainPosition, provenUpTo?: number): Promise<CheckpointComparison> {
    const comparison = new CheckpointComparison({
      store: this.#store,
      keys: this.#keys,
      after,
      upTo: provenUpTo,
      thorough: provenUpTo !== undefined,
    })
    await comparison.compare(this.#kept())
    if (this.#outside) await comparison.compareOutside(this.#outside())
    return comparison
  }

  /** The last event that a genuine checkpoint vouches for, up to `upTo`. */
  async proven(start: ChainPosition, upTo: number): Promise<number> {
    const { lastAgreed } = await this.compare(start, upTo)
    return lastAgreed
  }

  /** The checkpoints of the database. */
  async *#kept(): AsyncGenerator<Checkpoint> {
    let page: Checkpoint[]
    let after = 0

    do {
      page = await this.#store.checkpoints(after, PAGE)
      yield* page
      after = page.at(-1)?.seq ?? after
    } while (page.length === PAGE)
  }
}
