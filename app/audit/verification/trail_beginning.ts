import { setImmediate as nextTurn } from 'node:timers/promises'
import { type ChainPosition, GENESIS } from '#audit/chain/position'
import type { TrustedKeys } from '#audit/chain/trusted_keys'
import { purgeMarkText } from '#audit/retention/purge_mark'
import type { ChainStore } from '#audit/stores/chain_store'
import { checkChain } from '#audit/verification/chain_check'
import type { Fault } from '#audit/verification/fault_finder'

/** Where the chain begins: behind the newest purge whose mark is genuine. */
export interface Beginning {
  start: ChainPosition

  /** A newer mark that is not genuine. */
  fault?: Fault
}

const PAGE = 250

/** Finds where a trail begins, and whether anything stands in front of it. */
export class TrailBeginning {
  readonly #store: ChainStore
  readonly #keys: TrustedKeys

  constructor(store: ChainStore, keys: TrustedKeys) {
    this.#store = store
    this.#keys = keys
  }

  async find(): Promise<Beginning> {
    let fault: Fault | undefined

    for (const mark of await this.#store.purgeMarks()) {
      const { firstSeq, lastSeq: seq, fingerprint } = mark
      const verdict = this.#keys.verdictOn(purgeMarkText(mark), mark)
      if (verdict === 'genuine') return { start: { seq, fingerprint }, fault }

      const problem = verdict === 'forged' ? 'purge_mark_forged' : 'purge_mark_key_unknown'
      fault = { firstBadSeq: firstSeq, problem }
    }
    return { start: GENESIS, fault }
  }

  /** Events that a purge has yet to remove lead up to its mark; nothing else stands in front. */
  async inFront({ seq, fingerprint }: ChainPosition): Promise<Fault | undefined> {
    const first = await this.#store.firstSeq()
    if (first === undefined || first > seq) return undefined

    let head: ChainPosition = { seq: first - 1, fingerprint: '' }
    while (first > 0 && head.seq < seq) {
      const rows = await this.#store.rows({ after: head.seq, upTo: seq }, PAGE)
      if (rows.length === 0) break
      if (!head.fingerprint) head = { ...head, fingerprint: rows[0].prev_fingerprint }
      const page = checkChain(rows, head)
      if (!page.valid) break
      head = page.head
      await nextTurn()
    }

    if (head.seq === seq && head.fingerprint === fingerprint) return undefined
    // Unless the purge went on meanwhile.
    const still = (await this.#store.firstSeq()) === first
    return still ? { firstBadSeq: first, problem: 'before_beginning' } : undefined
  }
}
