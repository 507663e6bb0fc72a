import type { TransactionClientContract } from '@adonisjs/lucid/types/database'
import { HoldReleased, HoldsUnavailable, UnknownHold } from '#audit/retention/errors'
import type { AuditStore } from '#audit/stores/audit_store'
import type { HoldStore, LegalHold } from '#audit/stores/hold_store'
import type { Clock } from '#shared/clock'
import type { Actor, AuditEvent, EventRecorder } from '#shared/event_recorder'
import { GatewayError } from '#shared/gateway_error'

export interface LegalHoldsParts {
  store: AuditStore
  holds: HoldStore
  recorder: EventRecorder
  clock: Clock
}

/** Who does something to a hold, and why. */
export interface HoldRequest {
  actor: Actor

  /** For people; goes into the trail too. */
  reason: string
  correlationId?: string
}

/** Absent: open at that end. ISO 8601. */
export type HoldRange = Partial<Record<'from' | 'to', string>>

/** A part of the list, the newest first. `next` is the cursor of the part that follows. */
export interface HoldPage {
  holds: LegalHold[]
  next: number | null
}

/**
 * Keeps events from being purged, and their personal values from being erased. What is
 * done to a hold commits with its event or not at all.
 *
 * Every method throws {@link HoldsUnavailable} when the database fails, and
 * RecordingUnavailable when the trail cannot be written: nothing was done then.
 */
export class LegalHolds {
  readonly #parts: LegalHoldsParts

  constructor(parts: LegalHoldsParts) {
    this.#parts = parts
  }

  /** Protects from every purge and erasure that begins from now on. */
  place(range: HoldRange, request: HoldRequest): Promise<LegalHold> {
    return this.#alone(async (trx) => {
      const { holds, recorder } = this.#parts
      const hold = await holds.add(trx, {
        from: range.from ?? null,
        to: range.to ?? null,
        reason: request.reason,
        placedBy: request.actor.id,
        placedAt: this.#now(),
      })
      await recorder.record(eventOf('audit.hold.placed', hold, request), trx)
      return hold
    })
  }

  /**
   * @throws {UnknownHold}
   * @throws {HoldReleased} when it was released before
   */
  release(id: number, request: HoldRequest): Promise<void> {
    return this.#alone(async (trx) => {
      const { holds, recorder } = this.#parts
      const hold = await holds.find(trx, id)
      if (!hold) throw new UnknownHold()
      if (hold.releasedAt !== null) throw new HoldReleased()

      await holds.release(trx, id, { releasedBy: request.actor.id, releasedAt: this.#now() })
      await recorder.record(eventOf('audit.hold.released', hold, request), trx)
    })
  }

  /** Looking at the holds is itself recorded, before anything is shown. */
  async list(
    page: { limit: number; before?: number },
    reader: Omit<HoldRequest, 'reason'>
  ): Promise<HoldPage> {
    const found = await guarded(() => this.#parts.holds.list(page.limit + 1, page.before))
    const holds = found.slice(0, page.limit)

    await this.#parts.recorder.record({
      type: 'audit.read',
      outcome: 'success',
      ...reader,
      target: { type: 'audit_trail', id: 'audit_holds' },
      count: holds.length,
    })
    return { holds, next: found.length > page.limit ? holds.at(-1)!.id : null }
  }

  /** Nobody appends, purges or erases meanwhile. */
  #alone<T>(work: (trx: TransactionClientContract) => Promise<T>): Promise<T> {
    const { store } = this.#parts

    return guarded(() =>
      store.transaction(async (trx) => {
        await store.lock(trx)
        return work(trx)
      })
    )
  }

  #now(): string {
    return new Date(this.#parts.clock.now()).toISOString()
  }
}

function eventOf(type: string, hold: LegalHold, request: HoldRequest): AuditEvent {
  return {
    type,
    outcome: 'success',
    actor: request.actor,
    target: { type: 'audit_hold', id: String(hold.id) },
    comment: request.reason,
    correlationId: request.correlationId,
    details: { from: hold.from, to: hold.to },
  }
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof GatewayError ? error : new HoldsUnavailable(error)
  }
}
