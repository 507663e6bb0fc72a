import { setImmediate as nextTurn } from 'node:timers/promises'
import { type ChainPosition, GENESIS } from '#audit/chain/position'
import type { Signature } from '#audit/chain/signing_key'
import type { TrustedKeys } from '#audit/chain/trusted_keys'
import { type Checkpoint, checkpointText } from '#audit/checkpoints/checkpoint'
import { PurgeRefused } from '#audit/retention/errors'
import { purgeMarkText } from '#audit/retention/purge_mark'
import type { PlanOptions, PurgeLimit, PurgePlan, PurgePrefix } from '#audit/retention/purge_plan'
import { TimeCheck } from '#audit/retention/time_check'
import type { PurgeStore, SeqRange, StoredMark } from '#audit/stores/purge_store'
import { checkChain } from '#audit/verification/chain_check'
import type { Clock } from '#shared/clock'

export interface PurgePlannerParts {
  store: PurgeStore
  keys: TrustedKeys
  clock: Clock

  /** How old events have to be, in days. */
  retentionDays: number
}

const DAY_MS = 24 * 60 * 60 * 1_000

/** So few that reading them holds up nobody. */
const PAGE = 500

/** Finds out what the retention rule lets go, and that it is what was once recorded. */
export class PurgePlanner {
  readonly #parts: PurgePlannerParts
  readonly #time: TimeCheck

  constructor(parts: PurgePlannerParts) {
    this.#parts = parts
    this.#time = new TimeCheck(parts.store, parts.clock)
  }

  /**
   * @throws {PurgeRefused} when purge mark, checkpoint or events are not what they should be
   * @throws {ClockImplausible}
   */
  async plan(options: PlanOptions = {}): Promise<PurgePlan> {
    const mark = await this.newestMark()
    try {
      return await this.#planFrom(mark, options)
    } catch (error) {
      // What another run has begun to remove since is missing in this plan.
      const newest = await this.newestMark()
      if (newest?.id === mark?.id) throw error
      return this.plan(options)
    }
  }

  async #planFrom(
    mark: StoredMark | undefined,
    { signal, trustClock = false }: PlanOptions
  ): Promise<PurgePlan> {
    const basis = { markId: mark?.id, newestHoldId: await this.#parts.store.newestHoldId() }
    const start = mark ? { seq: mark.lastSeq, fingerprint: mark.fingerprint } : GENESIS

    const { limit, upTo } = await this.#limit(start.seq, signal)
    const checkpoint = await this.#parts.store.newestCheckpoint({ after: start.seq, upTo })
    if (!checkpoint) {
      return { basis, limit: upTo > start.seq ? { why: 'no_checkpoint', seq: limit.seq } : limit }
    }

    this.#mustBeGenuine('checkpoint', checkpointText(checkpoint), checkpoint)
    if (!trustClock) await this.#time.mustExplainNow(start.seq + 1, mark?.startedAt)
    return { basis, limit, prefix: await this.#verified(start, checkpoint, signal) }
  }

  /**
   * The mark that says where the chain begins.
   *
   * @throws {PurgeRefused} when nobody we trust has signed it
   */
  async newestMark(): Promise<StoredMark | undefined> {
    const mark = await this.#parts.store.newestMark()
    if (mark) this.#mustBeGenuine('purge_mark', purgeMarkText(mark), mark)
    return mark
  }

  #mustBeGenuine(what: 'checkpoint' | 'purge_mark', text: string, signature: Signature): void {
    const verdict = this.#parts.keys.verdictOn(text, signature)
    if (verdict === 'forged') throw new PurgeRefused(`${what}_forged`)
    if (verdict === 'unknown_key') throw new PurgeRefused(`${what}_key_unknown`)
  }

  /** The first event that stays, and the number of the last that may go. */
  async #limit(start: number, signal?: AbortSignal): Promise<{ limit: PurgeLimit; upTo: number }> {
    const { store, clock, retentionDays } = this.#parts
    const recordedBefore = new Date(clock.now() - retentionDays * DAY_MS).toISOString()
    const head = await store.headSeq()

    for (const page of pages({ after: start, upTo: head })) {
      const kept = await store.firstKept(page, recordedBefore)
      if (kept) return { limit: kept, upTo: kept.seq - 1 }
      await breathe(signal)
    }
    return { limit: { why: 'end' }, upTo: head }
  }

  /** Events that do not verify stay: they are the traces of who changed them. */
  async #verified(
    start: ChainPosition,
    checkpoint: Checkpoint,
    signal?: AbortSignal
  ): Promise<PurgePrefix> {
    let head = start
    let oldest: string | null = null
    let newest: string | null = null

    for (const page of pages({ after: start.seq, upTo: checkpoint.seq })) {
      const rows = await this.#parts.store.rows(page)
      const verdict = checkChain(rows, head)
      if (!verdict.valid) throw new PurgeRefused('chain_broken', verdict.firstBadSeq)
      if (verdict.head.seq !== page.upTo) {
        throw new PurgeRefused('chain_broken', verdict.head.seq + 1)
      }

      head = verdict.head
      oldest ??= rows[0].recorded_at
      newest = rows.at(-1)!.recorded_at
      await breathe(signal)
    }

    const { seq: lastSeq, fingerprint } = checkpoint
    if (head.fingerprint !== fingerprint) throw new PurgeRefused('checkpoint_disagrees', lastSeq)
    const count = lastSeq - start.seq
    return {
      firstSeq: start.seq + 1,
      lastSeq,
      fingerprint,
      count,
      oldest: oldest!,
      newest: newest!,
    }
  }
}

function* pages({ after, upTo }: SeqRange): Generator<SeqRange> {
  for (let from = after; from < upTo; from += PAGE) {
    yield { after: from, upTo: Math.min(from + PAGE, upTo) }
  }
}

/** Lets others have their turn. */
async function breathe(signal?: AbortSignal): Promise<void> {
  await nextTurn()
  signal?.throwIfAborted()
}
