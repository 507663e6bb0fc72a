import type { ChainPosition, StoredHead } from '#audit/chain/position'
import { headText } from '#audit/chain/signed_head'
import type { TrustedKeys } from '#audit/chain/trusted_keys'
import type { ChainEnd, ChainStore } from '#audit/stores/chain_store'
import type { ChainCheck, RowProblem } from '#audit/verification/chain_check'
import type { Proofs, Proven } from '#audit/verification/proofs'
import type { TrailProblem } from '#audit/verification/verdict'

/** What is wrong, and from which event on. */
export interface Fault {
  firstBadSeq: number
  problem: TrailProblem
}

/** How far the chain was read: from the position that it begins behind to its last good event. */
export interface ReadChain {
  start: ChainPosition
  check: ChainCheck
  end: ChainEnd

  /** The last event up to `seq` that a genuine checkpoint vouches for. Costly, so it is asked for when needed. */
  provenByCheckpoints: (seq: number) => Promise<number>
}

/** Problems of an event that does follow the one before it. */
const LINKED = new Set<RowProblem>(['body_unreadable', 'column_changed', 'signature_missing'])

export interface FaultFinderParts {
  store: ChainStore
  keys: TrustedKeys
  proofs: Proofs
}

/** Names the first bad event of a chain that does not agree with itself or with its head. */
export class FaultFinder {
  readonly #store: ChainStore
  readonly #keys: TrustedKeys
  readonly #proofs: Proofs

  constructor({ store, keys, proofs }: FaultFinderParts) {
    this.#store = store
    this.#keys = keys
    this.#proofs = proofs
  }

  /** Undefined when chain and head are good. */
  async find(chain: ReadChain): Promise<Fault | undefined> {
    return (await this.#inRows(chain)) ?? (await this.#atHead(chain))
  }

  async #inRows(chain: ReadChain): Promise<Fault | undefined> {
    const { problem, firstBadSeq, head: last } = chain.check
    if (!problem || firstBadSeq === undefined) return undefined

    const linked = linkedUpTo(problem, firstBadSeq)
    const stretch = { after: chain.start.seq, last: last.seq, linked }
    const proven = await this.#proofs.search(stretch)

    const inserted = await this.#inserted(chain.check, proven)
    if (inserted) return { firstBadSeq: inserted, problem: 'inserted' }
    if (proven.contradictedAt) return this.#rewritten(chain, proven)

    const before = problem === 'signature_missing' || (await this.#replaced(chain, proven))
    if (!before) return { firstBadSeq, problem }
    return {
      firstBadSeq: await this.#firstUnproven(chain, proven),
      problem: problem === 'broken_link' ? 'rewritten' : problem,
    }
  }

  async #inserted({ problem, firstBadSeq }: ChainCheck, proven: Proven) {
    if (problem !== 'broken_link' && problem !== 'signature_missing') return undefined
    const behind = problem === 'broken_link' ? firstBadSeq! : firstBadSeq! + 1
    const inserted = await this.#proofs.insertedBefore(behind, proven.upTo)

    const contradicted = proven.contradictedAt ?? Infinity
    return inserted !== undefined && contradicted >= inserted ? inserted : undefined
  }

  /** Whether a broken link is the fault of what stands before it. */
  async #replaced({ check, end }: ReadChain, { upTo }: Proven): Promise<boolean> {
    if (check.problem !== 'broken_link' || check.head.seq <= upTo) return false
    return this.#proofs.isGenuineFrom(check.firstBadSeq!, end.head)
  }

  async #atHead(chain: ReadChain): Promise<Fault | undefined> {
    const { start, check, end } = chain
    const last = check.head
    const problem = this.#problemOf(end.head, last)
    if (!problem || problem === 'gap') return problem && { firstBadSeq: last.seq + 1, problem }

    const stretch = { after: start.seq, last: last.seq, linked: last.seq }
    const proven = await this.#proofs.search(stretch)
    const unproven = await this.#firstUnproven(chain, proven)
    return {
      firstBadSeq: Math.min(unproven, Math.max(last.seq, 1)),
      problem: proven.contradictedAt ? 'rewritten' : problem,
    }
  }

  async #rewritten(chain: ReadChain, proven: Proven): Promise<Fault> {
    return { firstBadSeq: await this.#firstUnproven(chain, proven), problem: 'rewritten' }
  }

  /**
   * The first event that nothing vouches for: no signature in the events, no checkpoint,
   * not that of the head, which whoever adds to a chain often leaves where it was.
   */
  async #firstUnproven(
    { check, end, provenByCheckpoints }: ReadChain,
    { upTo }: Proven
  ): Promise<number> {
    const last = check.head.seq
    const after = Math.max(upTo, await provenByCheckpoints(last))
    const byHead = await this.#proofs.positionSigned({ after, upTo: last }, end.head?.signature)
    return (byHead ?? after) + 1
  }

  #problemOf(head: StoredHead | undefined, last: ChainPosition): TrailProblem | undefined {
    if (!head) return 'head_missing'
    if (head.seq === 0 && last.seq === 0) return undefined
    if (!head.signature || !head.keyId) return 'head_unsigned'

    const { signature, keyId } = head
    const verdict = this.#keys.verdictOn(headText(this.#store.chain, head), { signature, keyId })
    if (verdict === 'unknown_key') return 'head_key_unknown'
    if (verdict === 'forged') return 'head_forged'
    if (head.seq > last.seq) return 'gap'
    if (head.seq < last.seq) return 'events_behind_head'
    return head.fingerprint === last.fingerprint ? undefined : 'rewritten'
  }
}

/** The last event whose place in the chain is beyond doubt. */
function linkedUpTo(problem: RowProblem, firstBadSeq: number): number {
  return LINKED.has(problem) ? firstBadSeq : firstBadSeq - 1
}
