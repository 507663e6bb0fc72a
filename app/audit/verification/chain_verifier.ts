import type { ChainPosition } from '#audit/chain/position'
import type { ChainEnd, ChainStore, SeqRange, WholeRow } from '#audit/stores/chain_store'
import { type ChainCheck, checkChain } from '#audit/verification/chain_check'
import type { CheckpointComparison } from '#audit/verification/checkpoint_comparison'
import { type Fault, FaultFinder } from '#audit/verification/fault_finder'
import { PersonalValueCheck } from '#audit/verification/personal_value_check'
import { Proofs } from '#audit/verification/proofs'
import { type Beginning, TrailBeginning } from '#audit/verification/trail_beginning'
import { TrailCheckpoints, type TrailCheckpointsParts } from '#audit/verification/trail_checkpoints'
import type { TrailVerdict } from '#audit/verification/verdict'
import { readAhead } from '#shared/read_ahead'

export interface VerificationOptions {
  /** Told after every page: how many events are checked, of how many. */
  progress?: (checked: number, of: number) => void

  /** Waited for after every page: a pace for those who have time. */
  pause?: () => Promise<void>
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
  readonly #checkpoints: TrailCheckpoints
  readonly #beginning: TrailBeginning
  readonly #faults: FaultFinder

  constructor({ store, keys, outside }: TrailCheckpointsParts) {
    this.#store = store
    this.#checkpoints = new TrailCheckpoints({ store, keys, outside })
    this.#beginning = new TrailBeginning(store, keys)
    this.#faults = new FaultFinder({ store, keys, proofs: new Proofs(store, keys) })
  }

  /** @throws the database's error when the trail cannot be read */
  async verify(options: VerificationOptions = {}): Promise<TrailVerdict> {
    for (let tries = 1; ; tries++) {
      const beginning = await this.#beginning.find()
      const verdict = await this.#verifyFrom(beginning, options)
      if (verdict.valid || tries === MOST_TRIES) return verdict

      // A purge that began meanwhile has taken events away under our eyes.
      const { start } = await this.#beginning.find()
      if (start.seq === beginning.start.seq) return verdict
    }
  }

  async #verifyFrom(
    { start, fault: forgedMark }: Beginning,
    options: VerificationOptions
  ): Promise<TrailVerdict> {
    const end = await this.#store.end()
    const personal = new PersonalValueCheck()
    const check = await this.#checkRows({ start, end, personal }, options)
    const checkpoints = await this.#checkpoints.compare(start)

    const provenByCheckpoints = (seq: number) => this.#checkpoints.proven(start, seq)
    const inChain = await this.#faults.find({ start, check, end, provenByCheckpoints })
    const lost = await this.#behind(checkpoints, { start, end })
    const fault =
      earlier(
        await this.#beginning.inFront(start),
        earlier(atCut(inChain, lost), personal.fault)
      ) ?? lost

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

  /** What the chain cannot show by itself: that it was longer once, or another one. */
  async #behind(
    { earliest }: CheckpointComparison,
    { start, end }: { start: ChainPosition; end: ChainEnd }
  ): Promise<Fault | undefined> {
    if (!earliest) return undefined
    if (earliest.missing) return { firstBadSeq: end.lastSeq + 1, problem: 'tail_cut' }
    const proven = await this.#checkpoints.proven(start, end.lastSeq)
    return { firstBadSeq: 1 + proven, problem: 'rolled_back' }
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
