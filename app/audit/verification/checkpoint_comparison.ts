import { setImmediate as nextTurn } from 'node:timers/promises'
import type { TrustedKeys } from '#audit/chain/trusted_keys'
import { type Checkpoint, checkpointText } from '#audit/checkpoints/checkpoint'
import type { CheckpointEntry } from '#audit/checkpoints/checkpoint_line'
import type { ChainStore } from '#audit/stores/chain_store'
import type { CheckpointCount } from '#audit/verification/verdict'

/** A genuine checkpoint that the chain does not agree with. */
export interface Disagreement {
  seq: number

  /** Whether the event is missing, rather than another one. */
  missing: boolean
}

export interface ComparisonOptions {
  store: ChainStore
  keys: TrustedKeys

  /** The position that the chain begins behind: checkpoints up to there are of purged events. */
  after: number

  /** The last position that is of interest; every one, if it is not given. */
  upTo?: number

  /**
   * Whether also the signatures of checkpoints that the chain agrees with are checked. Only
   * then is `lastAgreed` a proof. Slow, and of no use as long as everything agrees.
   */
  thorough?: boolean
}

const BATCH = 500

/**
 * Holds the chain against checkpoints, in the order in which they were made. What the
 * chain does not agree with counts only if somebody we trust has signed it.
 */
export class CheckpointComparison {
  readonly #options: ComparisonOptions
  readonly count: CheckpointCount = { agreed: 0, outside: 0, ignored: 0 }

  /** The one that begins earliest. */
  earliest?: Disagreement

  /** The last before `earliest` that the chain agrees with. */
  lastAgreed: number

  constructor(options: ComparisonOptions) {
    this.#options = options
    this.lastAgreed = options.after
  }

  /** With checkpoints that were kept outside the database. */
  async compareOutside(entries: AsyncIterable<CheckpointEntry>): Promise<void> {
    const { agreed } = this.count
    await this.compare(entries)
    this.count.outside = this.count.agreed - agreed
  }

  /** Acknowledgements have to be genuine already. @throws the database's error */
  async compare(entries: AsyncIterable<CheckpointEntry>): Promise<void> {
    let batch: Checkpoint[] = []

    for await (const entry of entries) {
      const acknowledged = 'kind' in entry
      if (!acknowledged) batch.push(entry)
      if (!acknowledged && batch.length < BATCH) continue

      await this.#compareBatch(batch)
      batch = []
      if (acknowledged) this.#forgetBehind(entry.seq)
    }
    await this.#compareBatch(batch)
  }

  async #compareBatch(batch: readonly Checkpoint[]): Promise<void> {
    const { store, after, upTo = Infinity } = this.#options
    const kept = batch.filter(
      ({ chain, seq }) => chain === store.chain && seq > after && seq <= upTo
    )
    if (kept.length === 0) return

    const found = await store.fingerprints(kept.map(({ seq }) => seq))
    for (const checkpoint of kept) this.#note(checkpoint, found.get(checkpoint.seq))
    await nextTurn()
  }

  #note(checkpoint: Checkpoint, fingerprint: string | undefined): void {
    const agrees = fingerprint === checkpoint.fingerprint
    const trusted = (agrees && !this.#options.thorough) || this.#isGenuine(checkpoint)

    if (!trusted) this.count.ignored += 1
    else if (agrees) this.#noteAgreed(checkpoint.seq)
    else this.#noteDisagreement({ seq: checkpoint.seq, missing: fingerprint === undefined })
  }

  #noteAgreed(seq: number): void {
    this.count.agreed += 1
    if (seq < (this.earliest?.seq ?? Infinity)) this.lastAgreed = Math.max(this.lastAgreed, seq)
  }

  #noteDisagreement(disagreement: Disagreement): void {
    if (disagreement.seq >= (this.earliest?.seq ?? Infinity)) return
    this.earliest = disagreement
    if (this.lastAgreed > disagreement.seq) this.lastAgreed = this.#options.after
  }

  #isGenuine(checkpoint: Checkpoint): boolean {
    return this.#options.keys.verdictOn(checkpointText(checkpoint), checkpoint) === 'genuine'
  }

  #forgetBehind(seq: number): void {
    if (this.earliest && this.earliest.seq > seq) this.earliest = undefined
  }
}
