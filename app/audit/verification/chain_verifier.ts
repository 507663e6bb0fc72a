import { type ChainPosition, GENESIS } from '#audit/chain/position'
import type { TrustedKeys } from '#audit/chain/trusted_keys'
import type { Checkpoint } from '#audit/checkpoints/checkpoint'
import type { CheckpointEntry } from '#audit/checkpoints/checkpoint_line'
import { purgeMarkText } from '#audit/retention/purge_mark'
import type { ChainEnd, ChainStore, SeqRange, WholeRow } from '#audit/stores/chain_store'
import { type ChainCheck, checkChain } from '#audit/verification/chain_check'
import { CheckpointComparison } from '#audit/verification/checkpoint_comparison'
import { type Fault, FaultFinder } from '#audit/verification/fault_finder'
import { PersonalValueCheck } from '#audit/verification/personal_value_check'
import { Proofs } from '#audit/verification/proofs'
import type { TrailVerdict } from '#audit/verification/verdict'
import { readAhead } from '#shared/read_ahead'

export interface ChainVerifierParts {
  store: ChainStore
  keys: TrustedKeys

  /** Checkpoints that were kept outside the database, and genuine acknowledgements, as they were made. */
  outside?: () => AsyncIterable<CheckpointEntry>
}

export interface VerificationOptions {
  /** Told after every page: how many events are checked, of how many. */
  progress?: (checked: number, of: number) => void

  /** Waited for after every page: a pace for those who have time. */
  pause?: () => Promise<void>
}

/** Where the chain begins: behind the newest purge whose mark is genuine. */
interface Beginning {
  start: ChainPosition

  /** A newer mark that is not genuine. */
  fault?: Fault
}

const PAGE = 250
const MOST_TRIES = 3

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
  readonly #faults: FaultFinder

  constructor({ store, keys, outside }: ChainVerifierParts) {
    this.#store = store
    this.#keys = keys
    this.#outside = outside
    this.#faults = new FaultFinder({ store, keys, proofs: new Proofs(store, keys) })
  }

  /** @throws the database's error when the trail cannot be read */
  async verify(options: VerificationOptions = {}): Promise<TrailVerdict> {
    for (let tries = 1; ; tries++) {
      const beginning = await this.#beginning()
      const verdict = await this.#verifyFrom(beginning, options)
      if (verdict.valid || tries === MOST_TRIES) return verdict

      // A purge that began meanwhile has taken events away under our eyes.
      const { start } = await this.#beginning()
      if (start.seq === beginning.start.seq) return verdict
    }
  }

  async #beginning(): Promise<Beginning> {
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

  async #verifyFrom(
    { start, fault: forgedMark }: Beginning,
    options: VerificationOptions
  ): Promise<TrailVerdict> {
    const end = await this.#store.end()
    const personal = new PersonalValueCheck()
    const check = await this.#checkRows({ start, end, personal }, options)
    const checkpoints = await this.#compare(start)

    const provenByCheckpoints = (seq: number) => this.#provenByCheckpoints(start, seq)
    const inChain = await this.#faults.find({ start, check, end, provenByCheckpoints })
    const lost = await this.#behind(checkpoints, { start, end })
    const fault =
      earlier(await this.#inFront(start), earlier(atCut(inChain, lost), personal.fault)) ?? lost

    return verdictOn({ start, check, end, personal, checkpoints }, fault ?? forgedMark)
  }

  async #checkRows(
    trail: { start: ChainPosition; end: ChainEnd; personal: PersonalValueCheck },
    { progress, pause }: VerificationOptions
  ): Promise<ChainCheck> {
    const { start, end, personal } = trail
    let check: ChainCheck = { valid: true, count: 0, head: start }

    const pages = this.#pages({ after: start.seq, upTo: end.lastSeq })
    for await (const rows of readAhead(pages)) {
      const page = checkChain(rows, check.head, (row, body) => personal.check(row, body))
      check = { ...page, count: check.count + page.count }

      progress?.(check.count, end.lastSeq - start.seq)
      await pause?.()
      if (!check.valid) break
    }
    return check
  }

  async *#pages({ after, upTo }: SeqRange): AsyncGenerator<WholeRow[]> {
    let last = after
    while (last < upTo) {
      const rows = await this.#store.wholeRows({ after: last, upTo }, PAGE)
      if (rows.length === 0) return
      last = rows.at(-1)!.seq
      yield rows
    }
  }

  /** @param provenUpTo the event up to which the agreement has to be a proof */
  async #compare(
    { seq: after }: ChainPosition,
    provenUpTo?: number
  ): Promise<CheckpointComparison> {
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

  /** What the chain cannot show by itself: that it was longer once, or another one. */
  async #behind(
    { earliest }: CheckpointComparison,
    { start, end }: { start: ChainPosition; end: ChainEnd }
  ): Promise<Fault | undefined> {
    if (!earliest) return undefined
    if (earliest.missing) return { firstBadSeq: end.lastSeq + 1, problem: 'tail_cut' }
    const proven = await this.#provenByCheckpoints(start, end.lastSeq)
    return { firstBadSeq: 1 + proven, problem: 'rolled_back' }
  }

  /** Events that a purge has yet to remove lead up to its mark; nothing else stands in front. */
  async #inFront({ seq, fingerprint }: ChainPosition): Promise<Fault | undefined> {
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
    }

    if (head.seq === seq && head.fingerprint === fingerprint) return undefined
    // Unless the purge went on meanwhile.
    const still = (await this.#store.firstSeq()) === first
    return still ? { firstBadSeq: first, problem: 'before_beginning' } : undefined
  }

  async #provenByCheckpoints(start: ChainPosition, upTo: number): Promise<number> {
    const { lastAgreed } = await this.#compare(start, upTo)
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

function earlier(one: Fault | undefined, other: Fault | undefined): Fault | undefined {
  if (!one || !other) return one ?? other
  return other.firstBadSeq < one.firstBadSeq ? other : one
}

/** What is wrong with the head alone, where a checkpoint tells that it was cut off with its events. */
function atCut(inChain: Fault | undefined, lost: Fault | undefined): Fault | undefined {
  const cut = lost?.problem === 'tail_cut' && inChain?.problem.startsWith('head_')
  return cut ? lost : inChain
}

function verdictOn(
  found: {
    start: ChainPosition
    check: ChainCheck
    end: ChainEnd
    personal: PersonalValueCheck
    checkpoints: CheckpointComparison
  },
  fault: Fault | undefined
): TrailVerdict {
  const { count, head: last } = found.check
  const { head } = found.end

  return {
    valid: !fault,
    count,
    firstSeq: count > 0 ? found.start.seq + 1 : null,
    lastSeq: count > 0 ? last.seq : null,
    head: head ? { seq: head.seq, fingerprint: head.fingerprint, keyId: head.keyId } : null,
    firstBadSeq: fault?.firstBadSeq ?? null,
    problem: fault?.problem ?? null,
    erased: found.personal.erased,
    checkpoints: found.checkpoints.count,
  }
}
