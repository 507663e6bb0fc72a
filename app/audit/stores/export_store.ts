import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import type { AuditRow } from '#audit/chain/audit_row'
import { applyFilters } from '#audit/stores/filtered_events'
import { personalValuesColumn, personalValuesIn } from '#audit/stores/personal_values_beside'
import type { EventFilters } from '#audit/search/event_filters'
import type { PersonalValue } from '#audit/recording/personal_values'

/** An event as an export takes it from the database. */
export interface StoredEvent extends Pick<
  AuditRow,
  'seq' | 'prev_fingerprint' | 'fingerprint' | 'body'
> {
  /** Those that have not been erased. */
  personalValues: PersonalValue[]
}

/** Which events to look at: those after number `after`, up to number `upTo`. */
export interface Stretch {
  after: number
  upTo: number

  /** The most events to return. */
  limit: number
}

/** Reads the trail in the order of its numbers. */
export class ExportStore {
  readonly #connect: () => QueryClientContract

  constructor(connect: () => QueryClientContract) {
    this.#connect = connect
  }

  /** Numbers of the oldest and the newest event, undefined in an empty trail. */
  async bounds(): Promise<{ first: number; last: number } | undefined> {
    const oldest = await this.#events().min('seq as seq').first()
    if (oldest.seq === null) return undefined

    const newest = await this.#events().max('seq as seq').first()
    return { first: Number(oldest.seq), last: Number(newest.seq) }
  }

  async has(seq: number): Promise<boolean> {
    return Boolean(await this.#events().where('seq', seq).select('seq').first())
  }

  /** The events of a stretch that pass the filters, the oldest first. */
  async events({ after, upTo, limit }: Stretch, filters: EventFilters): Promise<StoredEvent[]> {
    const query = this.#events()
    applyFilters(query, filters)
    const rows = await query
      .where('seq', '>', after)
      .where('seq', '<=', upTo)
      .orderBy('seq')
      .limit(limit)
      .select('seq', 'prev_fingerprint', 'fingerprint', 'body')
      .select(personalValuesColumn(this.#connect()))

    return rows.map((row) => ({
      seq: Number(row.seq),
      prev_fingerprint: row.prev_fingerprint,
      fingerprint: row.fingerprint,
      body: row.body,
      personalValues: personalValuesIn(row),
    }))
  }

  #events() {
    return this.#connect().from('audit_events')
  }
}
