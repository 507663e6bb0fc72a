import type { ChainGuard } from '#audit/chain/chain_guard'
import { type ChainPosition, GENESIS } from '#audit/chain/position'
import type { TrustedKeys } from '#audit/chain/trusted_keys'
import { checkpointText } from '#audit/checkpoints/checkpoint'
import type { CheckpointFile } from '#audit/checkpoints/checkpoint_file'
import type { CheckpointStore } from '#audit/stores/checkpoint_store'

export interface RollbackWatchParts {
  file: CheckpointFile
  store: CheckpointStore
  keys: TrustedKeys
  guard: ChainGuard

  /** Whether a rollback is refused. Where databases are thrown away every day, it is not. */
  enforced: boolean
}

/**
 * Notices that the database was put back to an older state: the file of checkpoints
 * tells of events that are not there, or that are others now.
 */
export class RollbackWatch {
  readonly #parts: RollbackWatchParts

  constructor(parts: RollbackWatchParts) {
    this.#parts = parts
  }

  /**
   * Tells the guard what the file says, without asking the database.
   *
   * @throws the file system's error
   */
  async expect(): Promise<void> {
    if (!this.#parts.enforced) return
    const known = await this.lastKnown()
    this.#parts.guard.expect(known?.seq ?? 0)
  }

  /**
   * Looks at file and database, and has nothing recorded while they disagree. Also finds
   * out that a rollback has been accepted meanwhile.
   *
   * @throws when one of them cannot be read
   */
  async look(): Promise<void> {
    const { guard, enforced } = this.#parts
    if (!enforced) return

    const known = await this.lastKnown()
    const isOther = known !== undefined && (await this.#isOther(known))
    // In one go: in between, an event could be appended to another chain.
    guard.expect(known?.seq ?? 0)
    if (isOther) guard.refuse()
  }

  /** The newest event that a genuine checkpoint of the file tells of, since the last acceptance. */
  async lastKnown(): Promise<ChainPosition | undefined> {
    const { file, store, keys } = this.#parts
    let known: ChainPosition | undefined

    for await (const entry of file.recentEntries(keys)) {
      if (entry.chain !== store.chain) continue
      if ('kind' in entry) known = entry
      else if (entry.seq < (known?.seq ?? 0)) continue
      else if (keys.verdictOn(checkpointText(entry), entry) === 'genuine') known = entry
    }
    return known
  }

  /** Whether the chain is shorter than this, or has another event there. @throws the database's error */
  async isRolledBack(known: ChainPosition): Promise<boolean> {
    const { seq } = await this.#parts.store.head()
    return seq < known.seq || this.#isOther(known)
  }

  /**
   * Up to where the chain is the one that the file tells of: to its end when it is merely
   * shorter, to the last checkpoint that it agrees with when it went on as another one.
   */
  async common(): Promise<ChainPosition> {
    const { file, store, keys } = this.#parts
    const head = await store.head()
    let agreed: ChainPosition = GENESIS
    let wentOn = false

    for await (const entry of file.entries(keys)) {
      if (entry.chain !== store.chain || entry.seq > head.seq) continue
      if (await this.#isOther(entry)) wentOn = true
      else if (entry.seq > agreed.seq) agreed = entry
    }
    return wentOn ? agreed : head
  }

  async #isOther({ seq, fingerprint }: ChainPosition): Promise<boolean> {
    const { store } = this.#parts
    const there = await store.position(seq)
    if (there) return there.fingerprint !== fingerprint

    const head = await store.head()
    return head.seq >= seq && seq > (await store.purgedUpTo())
  }
}
