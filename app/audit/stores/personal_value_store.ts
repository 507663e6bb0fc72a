import type { QueryClientContract, TransactionClientContract } from '@adonisjs/lucid/types/database'
import type { DatabaseQueryBuilderContract } from '@adonisjs/lucid/types/querybuilder'
import { held } from '#audit/stores/held_events'
import type { SeqRange } from '#audit/stores/purge_store'

/** Whose events are meant; what is given has to hold together. */
export interface EventSelector {
  /** Id of the actor. */
  actor?: string

  /** Recorded before this instant. ISO 8601. */
  before?: string
}

/** Personal values of events that no legal hold protects. */
export class PersonalValueStore {
  readonly #connect: () => QueryClientContract

  /** @param connect the connection to use; asked for each time, since it may be replaced */
  constructor(connect: () => QueryClientContract) {
    this.#connect = connect
  }

  /** How many there are in a range of events. */
  async count(range: SeqRange, selector: EventSelector): Promise<number> {
    const client = this.#connect()
    const row = await client
      .from('audit_personal_values')
      .whereIn('event_id', erasable(client.from('audit_events'), range, selector))
      .count('* as count')
      .first()
    return Number(row.count)
  }

  /** @returns how many were erased */
  async erase(
    trx: TransactionClientContract,
    range: SeqRange,
    selector: EventSelector
  ): Promise<number> {
    const count = await trx
      .from('audit_personal_values')
      .whereIn('event_id', erasable(trx.from('audit_events'), range, selector))
      .delete()
    return Number(count)
  }

  /**
   * Removes what was erased from where SQLite keeps what it wrote last. Its file is clean
   * already (secure_delete); PostgreSQL clears away by itself (autovacuum).
   *
   * @returns false while somebody reads what was there before
   */
  async clearAway(): Promise<boolean> {
    const client = this.#connect()
    if (client.dialect.name === 'postgres') return true

    const [{ busy }] = await client.rawQuery('PRAGMA wal_checkpoint(TRUNCATE)')
    return busy === 0
  }
}

function erasable(
  events: DatabaseQueryBuilderContract,
  { after, upTo }: SeqRange,
  { actor, before }: EventSelector
): DatabaseQueryBuilderContract {
  events.where('seq', '>', after).where('seq', '<=', upTo).whereNotExists(held).select('event_id')
  if (actor !== undefined) events.where('actor_id', actor)
  if (before !== undefined) events.where('recorded_at', '<', before)
  return events
}
