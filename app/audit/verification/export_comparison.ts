import type { ChainPosition } from '#audit/chain/position'
import type { TrustedKeys } from '#audit/chain/trusted_keys'
import { type Checkpoint, checkpointText } from '#audit/checkpoints/checkpoint'
import type { CheckpointEntry } from '#audit/checkpoints/checkpoint_line'
import type { ExportManifest } from '#audit/export/manifest'

/** A genuine checkpoint that an export does not agree with. */
interface Disagreement {
  firstBadSeq: number
  problem: 'tail_cut' | 'rolled_back'
}

/**
 * Holds an export against checkpoints that somebody kept, both read once and side by
 * side. Acknowledgements have to be genuine already.
 */
export class ExportComparison {
  readonly #entries: AsyncIterator<CheckpointEntry>
  readonly #keys: TrustedKeys
  readonly count = { agreed: 0, ignored: 0 }

  /** The checkpoint that is waited for: the export has not come to its event yet. */
  #next?: Checkpoint
  #ended = false
  #lastAgreed = 0
  #rolledBackAt?: number

  constructor(entries: AsyncIterable<CheckpointEntry>, keys: TrustedKeys) {
    this.#entries = entries[Symbol.asyncIterator]()
    this.#keys = keys
  }

  /** @param position of every event of the export, in their order */
  async pass(position: ChainPosition): Promise<void> {
    while (!this.#ended) {
      this.#next ??= await this.#advance()
      if (!this.#next || this.#next.seq > position.seq) return
      this.#compare(this.#next, position)
      this.#next = undefined
    }
  }

  /** What is wrong, once the export is at its end. A checkpoint that is younger tells nothing. */
  async end({ exportedAt, lastSeq }: ExportManifest): Promise<Disagreement | undefined> {
    const last = lastSeq ?? 0
    let missing = false

    for (; !this.#ended; this.#next = undefined) {
      this.#next ??= await this.#advance()
      if (this.#next && this.#next.seq > last && this.#next.createdAt <= exportedAt) missing = true
    }

    if (this.#rolledBackAt !== undefined) {
      return { firstBadSeq: this.#lastAgreed + 1, problem: 'rolled_back' }
    }
    return missing ? { firstBadSeq: last + 1, problem: 'tail_cut' } : undefined
  }

  /** The next genuine checkpoint. */
  async #advance(): Promise<Checkpoint | undefined> {
    for (;;) {
      const { value, done } = await this.#entries.next()
      if (done) {
        this.#ended = true
        return undefined
      }
      if ('kind' in value) this.#forgetBehind(value.seq)
      else if (this.#keys.verdictOn(checkpointText(value), value) === 'genuine') return value
      else this.count.ignored += 1
    }
  }

  #compare(checkpoint: Checkpoint, { seq, fingerprint }: ChainPosition): void {
    // Of an event that the export does not hold, or holds further in front.
    if (checkpoint.seq < seq) this.count.ignored += 1
    else if (checkpoint.fingerprint !== fingerprint) this.#rolledBackAt ??= seq
    else {
      this.count.agreed += 1
      if (this.#rolledBackAt === undefined) this.#lastAgreed = seq
    }
  }

  #forgetBehind(seq: number): void {
    if (this.#rolledBackAt !== undefined && this.#rolledBackAt > seq) this.#rolledBackAt = undefined
  }
}
