import { ChainRefused } from '#audit/chain/errors'
import type { ChainPosition, StoredHead } from '#audit/chain/position'
import { headText, type SignedHead } from '#audit/chain/signed_head'
import type { TrustedKeys } from '#audit/chain/trusted_keys'

/**
 * Looks at the stored head before anything is appended to it. Without that, the next
 * event would sign whatever somebody had written into the database meanwhile.
 */
export class ChainGuard {
  readonly #keys: TrustedKeys
  readonly #chain: string

  /** The head that was last found or made genuine: the one that is met nearly always. */
  #known?: SignedHead
  #leastSeq = 0
  #refused = false

  constructor(keys: TrustedKeys, chain: string) {
    this.#keys = keys
    this.#chain = chain
  }

  /** A chain that is shorter than this has lost events. */
  expect(seq: number): void {
    this.#leastSeq = seq
    this.#refused = false
  }

  /** As {@link expect}, unless more is expected already. */
  expectAtLeast({ seq }: Pick<ChainPosition, 'seq'>): void {
    this.#leastSeq = Math.max(this.#leastSeq, seq)
  }

  /** The chain is another one than it was: whatever its head says, nothing is appended. */
  refuse(): void {
    this.#refused = true
  }

  /** Remembers a head of our own making, which needs no check when it is met again. */
  remember(head: SignedHead): void {
    this.#known = head
  }

  /** @throws {ChainRefused} when nothing may be appended to this head */
  admit(head: StoredHead): void {
    if (this.#refused || head.seq < this.#leastSeq) throw new ChainRefused('chain_rolled_back')
    if (head.seq === 0) return
    if (!head.signature || !head.keyId) throw new ChainRefused('head_unsigned')
    if (this.#isKnown(head)) return

    const { seq, fingerprint, signature, keyId } = head
    const verdict = this.#keys.verdictOn(headText(this.#chain, head), { signature, keyId })
    if (verdict === 'unknown_key') throw new ChainRefused('head_key_unknown')
    if (verdict === 'forged') throw new ChainRefused('head_forged')
    this.#known = { chain: this.#chain, seq, fingerprint, signature, keyId }
  }

  /** In every part: a head that another process would refuse is refused here as well. */
  #isKnown({ seq, fingerprint, signature, keyId }: StoredHead): boolean {
    const known = this.#known
    return (
      known?.seq === seq &&
      known.fingerprint === fingerprint &&
      known.signature === signature &&
      known.keyId === keyId
    )
  }
}
