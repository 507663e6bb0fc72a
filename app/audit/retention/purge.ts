import { setImmediate as nextTurn } from 'node:timers/promises'
import type { SigningKey } from '#audit/chain/signing_key'
import { PurgeOvertaken } from '#audit/retention/errors'
import { purgeFinished, purgeStarted } from '#audit/retention/purge_events'
import { signPurgeMark } from '#audit/retention/purge_mark'
import type { PlanOptions, PurgePlan, PurgePrefix } from '#audit/retention/purge_plan'
import type { PurgePlanner } from '#audit/retention/purge_planner'
import type { AuditStore } from '#audit/stores/audit_store'
import { isConflict } from '#audit/stores/failures'
import type { PurgeStore, StoredMark } from '#audit/stores/purge_store'
import type { Clock } from '#shared/clock'
import type { Actor, EventRecorder } from '#shared/event_recorder'

export interface PurgeParts {
  planner: PurgePlanner
  store: AuditStore
  purges: PurgeStore
  signingKey: SigningKey
  recorder: EventRecorder
  clock: Clock

  /** Signs where the chain stands now, outside the database too. Called when events are gone. */
  checkpoint: () => Promise<void>
}

/** A `signal` ends the run between two batches; the next run goes on from there. */
export interface PurgeOptions extends PlanOptions {
  /** Who asked for it; the gateway itself unless given. */
  actor?: Actor

  /** Told of every batch: how many events are gone, of how many. */
  progress?: (removed: number, of: number) => void
}

export interface PurgeReport {
  /** What is gone now, also where an earlier run had begun it. */
  removed: Pick<PurgePrefix, 'firstSeq' | 'lastSeq' | 'count'>[]

  /** What was found after an unfinished purge had been finished. */
  plan: PurgePlan
}

/** So few that removing them holds up nobody. */
const BATCH = 250
const MOST_PLANS = 3
const MOST_TRIES = 5
const FIRST_RETRY_MS = 20

/**
 * Removes what the retention rule lets go. A signed mark and its event are there before
 * the first event goes, so that a run that dies half-way is explained and finished by
 * the next one. Several runs at once share the work.
 */
export class Purge {
  readonly #parts: PurgeParts

  constructor(parts: PurgeParts) {
    this.#parts = parts
  }

  /** What a run would remove now. Changes nothing. @throws {PurgeRefused} @throws {ClockImplausible} */
  plan(options?: PlanOptions): Promise<PurgePlan> {
    return this.#parts.planner.plan(options)
  }

  /** The events that an earlier run, or one that goes on, has yet to remove. @throws {PurgeRefused} */
  async unfinished(): Promise<StoredMark | undefined> {
    const mark = await this.#parts.planner.newestMark()
    return mark && mark.finishedAt === null ? mark : undefined
  }

  /**
   * @throws {PurgeRefused} and then nothing was removed, but what was begun before
   * @throws {ClockImplausible} likewise
   * @throws {PurgeOvertaken}
   * @throws RecordingUnavailable, or the database's error, half-way: run it again
   */
  async run(options: PurgeOptions = {}): Promise<PurgeReport> {
    const removed: PurgeReport['removed'] = []
    const left = await this.unfinished()
    if (left) removed.push(await this.#carryOut(left, options))

    const { plan, mark } = await this.#begin(options)
    if (mark) removed.push(await this.#carryOut(mark, options))

    if (removed.length > 0) await this.#parts.checkpoint()
    return { removed, plan }
  }

  /** Planning takes long, so it is done before the lock; what has changed meanwhile shows under it. */
  async #begin(options: PurgeOptions): Promise<{ plan: PurgePlan; mark?: StoredMark }> {
    for (let plans = 1; plans <= MOST_PLANS; plans++) {
      const plan = await this.#parts.planner.plan(options)
      if (!plan.prefix) return { plan }

      const mark = await this.#addMark(plan.prefix, plan.basis, options)
      if (mark) return { plan, mark }
    }
    throw new PurgeOvertaken()
  }

  /** Undefined when what was planned does not hold any more. */
  #addMark(
    prefix: PurgePrefix,
    basis: PurgePlan['basis'],
    options: PurgeOptions
  ): Promise<StoredMark | undefined> {
    const { store, purges, signingKey, recorder, clock } = this.#parts

    return store.transaction(async (trx) => {
      await store.lock(trx)
      const newest = await purges.newestMark(trx)
      if (newest?.id !== basis.markId) return undefined
      if ((await purges.newestHoldId(trx)) !== basis.newestHoldId) return undefined

      const { firstSeq, lastSeq, fingerprint } = prefix
      const startedAt = new Date(clock.now()).toISOString()
      const facts = { chain: store.chain, firstSeq, lastSeq, fingerprint, startedAt }
      await purges.addMark(trx, signPurgeMark(signingKey, facts))
      await recorder.record(purgeStarted(store.chain, prefix, options), trx)
      return purges.newestMark(trx)
    })
  }

  async #carryOut(mark: StoredMark, options: PurgeOptions): Promise<PurgeReport['removed'][0]> {
    const { firstSeq, lastSeq } = mark
    const count = lastSeq - firstSeq + 1
    const oldest = (await this.#parts.purges.oldestSeq(lastSeq)) ?? lastSeq + 1

    for (let after = oldest - 1; after < lastSeq; after += BATCH) {
      options.signal?.throwIfAborted()
      const upTo = Math.min(after + BATCH, lastSeq)
      await this.#remove({ after, upTo })
      options.progress?.(upTo - firstSeq + 1, count)
      await nextTurn()
    }

    await this.#finish(mark, options.actor)
    return { firstSeq, lastSeq, count }
  }

  /** Another run may be at the same events, or somebody else at the database. */
  async #remove(range: { after: number; upTo: number }): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#parts.purges.remove(range)
      } catch (error) {
        if (!isConflict(error) || tries === MOST_TRIES) throw error
        await this.#pause(FIRST_RETRY_MS * 2 ** tries)
      }
    }
  }

  #finish(mark: StoredMark, actor?: Actor): Promise<void> {
    const { store, purges, recorder, clock } = this.#parts

    return store.transaction(async (trx) => {
      await store.lock(trx)
      const finishedAt = new Date(clock.now()).toISOString()
      if (!(await purges.finishMark(trx, mark, finishedAt))) return

      await recorder.record(purgeFinished(mark, actor), trx)
    })
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.#parts.clock.after(delayMs, resolve))
  }
}
