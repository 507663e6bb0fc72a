import type { ChainPosition, StoredHead } from '#audit/chain/position'
import { headText } from '#audit/chain/signed_head'
import type { TrustedKeys } from '#audit/chain/trusted_keys'
import type { ChainEnd, ChainStore } from '#audit/stores/chain_store'
import type { ChainCheck } from '#audit/verification/chain_check'
import type { Proofs } from '#audit/verification/proofs'
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

  /** The last event that a genuine checkpoint vouches for. Costly, so it is asked for when needed. */
  provenByCheckpoints: () => Promise<number>
}

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

  async #inRows({ start, check, end }: ReadChain): Promise<Fault | undefined> {
    const { problem, firstBadSeq, head: last } = check
    if (!problem || firstBadSeq === undefined) return undefined

    // The chain may agree with itself up to here because somebody rewrote it up to here.
    const linked = problem === 'gap' || problem === 'broken_link' ? last.seq : firstBadSeq
    const proven = await this.#proofs.search({ after: start.seq, last: last.seq, linked })
    if (proven.contradicted) return { firstBadSeq: proven.upTo + 1, problem: 'rewritten' }

    const predecessorReplaced =
      problem === 'broken_link' &&
      last.seq > proven.upTo &&
      (await this.#proofs.isGenuineFrom(firstBadSeq, end.head))
    if (predecessorReplaced) return { firstBadSeq: last.seq, problem: 'rewritten' }
    return { firstBadSeq, problem }
  }

  async #atHead({ start, check, end, provenByCheckpoints }: ReadChain): Promise<Fault | undefined> {
    const last = check.head
    const problem = this.#problemOf(end.head, last)
    if (!problem || problem === 'gap') return problem && { firstBadSeq: last.seq + 1, problem }

    const stretch = { after: start.seq, last: last.seq, linked: last.seq }
    const proven = await this.#proofs.search(stretch)
    const upTo = Math.max(proven.upTo, await provenByCheckpoints())
    const byHead = await this.#proofs.positionSigned(
      { after: upTo, upTo: last.seq },
      end.head?.signature
    )

    const firstBadSeq = Math.min((byHead ?? upTo) + 1, Math.max(last.seq, 1))
    return { firstBadSeq, problem: proven.contradicted ? 'rewritten' : problem }
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
