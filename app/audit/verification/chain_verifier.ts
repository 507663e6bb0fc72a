import { setImmediate as nextTurn } from 'node:timers/promises'
import { type ChainPosition, GENESIS, type StoredHead } from '#audit/chain/position'
import { headText } from '#audit/chain/signed_head'
import type { TrustedKeys } from '#audit/chain/trusted_keys'
import type { Checkpoint } from '#audit/checkpoints/checkpoint'
import { purgeMarkText } from '#audit/retention/purge_mark'
import type { ChainEnd, ChainStore } from '#audit/stores/chain_store'
import { type ChainCheck, checkChain } from '#audit/verification/chain_check'
import {
  type Acknowledgement,
  CheckpointComparison,
} from '#audit/verification/checkpoint_comparison'
import { PersonalValueCheck } from '#audit/verification/personal_value_check'
import { Proofs } from '#audit/verification/proofs'
import type { TrailProblem, TrailVerdict } from '#audit/verification/verdict'

export interface ChainVerifierParts {
  store: ChainStore
  keys: TrustedKeys

  /** Checkpoints that were kept outside the database, and genuine acknowledgements, as they were made. */
  outside?: () => AsyncIterable<Checkpoint | Acknowledgement>
}

export interface VerificationOptions {
  /** Told after every page: how many events are checked, of how many. */
  progress?: (checked: number, of: number) => void

  /** Waited for after every page: a pace for those who have time. */
  pause?: () => Promise<void>
}

interface Fault {
  firstBadSeq: number
  problem: TrailProblem
}

const PAGE = 1_000

/**
 * Verifies a whole trail, page by page with flat memory, as it was at the instant of the
 * call: events that are appended meanwhile are the next verification's.
 *
 * The chain and the signature of its head prove every event. Older signatures, which the
 * events themselves hold, are looked at only to find out where a rewritten chain begins
 * to be wrong. The answer is exact to the group of events that were committed together.
 */
export class ChainVerifier {
  readonly #store: ChainStore
  readonly #keys: TrustedKeys
  readonly #outside: ChainVerifierParts['outside']
  readonly #proofs: Proofs

  constructor({ store, keys, outside }: ChainVerifierParts) {
    this.#store = store
    this.#keys = keys
    this.#outside = outside
    this.#proofs = new Proofs(store, keys)
  }

  /** @throws the database's error when the trail cannot be read */
  async verify(options: VerificationOptions = {}): Promise<TrailVerdict> {
    const end = await this.#store.end()
    const { start, fault: purgeFault } = await this.#beginning()
    const personal = new PersonalValueCheck(this.#store)
    const check = await this.#checkRows({ start, end, personal }, options)

    const checkpoints = await this.#compare(start, check.head)
    const fault =
      (await this.#faultOfRows(check, start, end)) ??
      personal.fault ??
      (await this.#faultOfHead(check.head, start, end)) ??
      faultOfCheckpoints(checkpoints, check.head) ??
      purgeFault

    const last = check.count > 0 ? check.head.seq : null
    return {
      valid: !fault,
      count: check.count,
      firstSeq: check.count > 0 ? start.seq + 1 : null,
      lastSeq: last,
      head: end.head ? described(end.head) : null,
      firstBadSeq: fault?.firstBadSeq ?? null,
      problem: fault?.problem ?? null,
      erased: personal.erased,
      checkpoints: checkpoints.count,
    }
  }

  /** The chain begins behind the newest purge whose mark is genuine. */
  async #beginning(): Promise<{ start: ChainPosition; fault?: Fault }> {
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

  async #checkRows(
    trail: { start: ChainPosition; end: ChainEnd; personal: PersonalValueCheck },
    { progress, pause }: VerificationOptions
  ): Promise<ChainCheck> {
    const { start, end, personal } = trail
    let check: ChainCheck = { valid: true, count: 0, head: start }

    while (check.valid && check.head.seq < end.lastSeq) {
      const range = { after: check.head.seq, upTo: end.lastSeq }
      const rows = await this.#store.rows(range, PAGE)
      if (rows.length === 0) break

      const page = checkChain(rows, check.head)
      await personal.check(rows.slice(0, page.count))
      check = { ...page, count: check.count + page.count }

      progress?.(check.count, end.lastSeq - start.seq)
      await (pause?.() ?? nextTurn())
    }
    return check
  }

  async #faultOfRows(
    check: ChainCheck,
    start: ChainPosition,
    end: ChainEnd
  ): Promise<Fault | undefined> {
    if (!check.problem) return undefined

    const { problem, head } = check
    const firstBadSeq = check.firstBadSeq!
    const linkHolds = problem !== 'gap' && problem !== 'broken_link'
    const linked = linkHolds ? firstBadSeq : head.seq
    const proven = await this.#proofs.search({ after: start.seq, last: head.seq, linked })
    if (proven.contradicted) return { firstBadSeq: proven.upTo + 1, problem: 'rewritten' }

    const replaced =
      problem === 'broken_link' &&
      head.seq > proven.upTo &&
      (await this.#proofs.isGenuineFrom(firstBadSeq, end.head))
    return replaced ? { firstBadSeq: head.seq, problem: 'rewritten' } : { firstBadSeq, problem }
  }

  /** The events agree with each other: now the head has to agree with them. */
  async #faultOfHead(
    last: ChainPosition,
    start: ChainPosition,
    { head }: ChainEnd
  ): Promise<Fault | undefined> {
    const problem = this.#problemOfHead(last, head)
    if (!problem) return undefined
    if (problem === 'gap') return { firstBadSeq: last.seq + 1, problem }

    const stretch = { after: start.seq, last: last.seq, linked: last.seq }
    const proven = await this.#proofs.search(stretch)
    const firstBadSeq = 1 + (await this.#provenByHead(proven.upTo, last, head))
    const rewritten = proven.contradicted || firstBadSeq < last.seq
    return {
      firstBadSeq: Math.min(firstBadSeq, Math.max(last.seq, 1)),
      problem: proven.contradicted && rewritten ? 'rewritten' : problem,
    }
  }

  #problemOfHead(last: ChainPosition, head: StoredHead | undefined): TrailProblem | undefined {
    if (!head) return last.seq > 0 ? 'head_missing' : 'head_missing'
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

  /** The end of what is proven when the head's own signature is tried where nothing else reaches. */
  async #provenByHead(
    upTo: number,
    last: ChainPosition,
    head: StoredHead | undefined
  ): Promise<number> {
    const range = { after: upTo, upTo: last.seq }
    return (await this.#proofs.positionSigned(range, head?.signature)) ?? upTo
  }

  async #compare(start: ChainPosition, last: ChainPosition): Promise<CheckpointComparison> {
    const range = { after: start.seq, upTo: last.seq }
    const comparison = new CheckpointComparison(this.#store, this.#keys, range)

    await comparison.compare(this.#kept())
    if (this.#outside) await comparison.compare(this.#outside())
    return comparison
  }

  /** The checkpoints of the database, page by page. */
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

function described({ seq, fingerprint, keyId }: StoredHead) {
  return { seq, fingerprint, keyId }
}

function faultOfCheckpoints(
  { earliest, lastAgreed }: CheckpointComparison,
  last: ChainPosition
): Fault | undefined {
  if (!earliest) return undefined
  if (earliest.missing) return { firstBadSeq: last.seq + 1, problem: 'tail_cut' }
  return { firstBadSeq: lastAgreed + 1, problem: 'rolled_back' }
}
