import { setImmediate as nextTurn } from 'node:timers/promises'
import { ErasedValuesLinger } from '#audit/retention/errors'
import type { AuditStore } from '#audit/stores/audit_store'
import type { EventSelector, PersonalValueStore } from '#audit/stores/personal_value_store'
import type { PurgeStore, SeqRange } from '#audit/stores/purge_store'
import type { Actor, EventRecorder } from '#shared/event_recorder'

export interface ErasureParts {
  store: AuditStore
  events: Pick<PurgeStore, 'headSeq' | 'oldestSeq'>
  values: PersonalValueStore
  recorder: EventRecorder
}

export interface ErasureRequest {
  selector: EventSelector
  actor: Actor

  /** Why, for the trail. */
  reason: string

  /** Told how far the search for values has come: the number of an event, of the last. */
  progress?: (seq: number, of: number) => void
}

/** So few that erasing their values holds up nobody. */
const EVENTS_PER_BATCH = 500

/**
 * Erases addresses, subjects and free text together with the salts of their commitments. The
 * chain stays whole, and what the commitments stand for cannot even be guessed any more.
 *
 * Each batch commits with an event of its own that says how many values of which events
 * went: an erasure that dies half-way has said exactly what it did, and can be run again.
 */
export class Erasure {
  readonly #parts: ErasureParts

  constructor(parts: ErasureParts) {
    this.#parts = parts
  }

  /** How many values {@link run} would erase. Changes nothing. */
  async count({ selector, progress }: Pick<ErasureRequest, 'selector' | 'progress'>) {
    let count = 0
    for await (const batch of this.#batches(progress)) {
      count += await this.#parts.values.count(batch, selector)
    }
    return count
  }

  /**
   * @returns how many values were erased
   * @throws {ErasedValuesLinger} when they are erased, and can still be found in a file
   * @throws RecordingUnavailable, or the database's error: the batch it came in was not erased
   */
  async run(request: ErasureRequest): Promise<number> {
    let total = 0
    for await (const batch of this.#batches(request.progress)) {
      // Most events have nothing to erase: nobody needs to wait for that to be found out.
      if ((await this.#parts.values.count(batch, request.selector)) === 0) continue
      total += await this.#erase(batch, request)
    }
    if (!(await this.#parts.values.clearAway())) throw new ErasedValuesLinger(total)
    return total
  }

  /** Under the lock that placing a legal hold takes as well: it comes before or after. */
  #erase(batch: SeqRange, request: ErasureRequest): Promise<number> {
    const { store, values, recorder } = this.#parts

    return store.transaction(async (trx) => {
      await store.lock(trx)
      const count = await values.erase(trx, batch, request.selector)
      if (count > 0) await recorder.record(erased(count, batch, request), trx)
      return count
    })
  }

  /** Every event that there is now, and none that the erasure itself leaves. */
  async *#batches(progress?: ErasureRequest['progress']): AsyncGenerator<SeqRange> {
    const last = await this.#parts.events.headSeq()
    const first = (await this.#parts.events.oldestSeq(last)) ?? last + 1

    for (let after = first - 1; after < last; after += EVENTS_PER_BATCH) {
      const upTo = Math.min(after + EVENTS_PER_BATCH, last)
      yield { after, upTo }
      progress?.(upTo, last)
      await nextTurn()
    }
  }
}

function erased(count: number, batch: SeqRange, { selector, actor, reason }: ErasureRequest) {
  return {
    type: 'audit.personal_values.erased',
    outcome: 'success',
    actor,
    target: { type: 'audit_trail', id: 'audit_personal_values' },
    count,
    comment: reason,
    details: {
      ofActor: selector.actor ?? null,
      recordedBefore: selector.before ?? null,
      firstSeq: batch.after + 1,
      lastSeq: batch.upTo,
    },
  } as const
}
