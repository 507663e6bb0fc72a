import type { QueryClientContract, TransactionClientContract } from '@adonisjs/lucid/types/database'
import type { AuditBody } from '#audit/recording/audit_body'
import type { SeqRange } from '#audit/stores/purge_store'

/** A token request as its `requested` event tells it. */
export type Attempt = Pick<
  AuditBody,
  'attemptId' | 'correlationId' | 'targetType' | 'targetId' | 'occurredAt'
> & { attemptId: string }

const REQUESTED = 'auth.token.requested'

/** Token requests and whether anything is known of their end. */
export class AttemptStore {
  readonly #connect: () => QueryClientContract

  constructor(connect: () => QueryClientContract) {
    this.#connect = connect
  }

  /** Requests of the range that no other event tells the outcome of; the oldest first. */
  async unsettled(range: SeqRange, limit: number): Promise<Attempt[]> {
    const rows = await this.#requests()
      .where('seq', '>', range.after)
      .where('seq', '<=', range.upTo)
      .whereNotNull('attempt_id')
      .whereNotExists((outcome) => {
        outcome
          .from('audit_events as outcome')
          .whereColumn('outcome.attempt_id', 'audit_events.attempt_id')
          .whereNot('outcome.event_type', REQUESTED)
      })
      .orderBy('seq')
      .limit(limit)
      .select('body')

    return rows.map((row) => JSON.parse(row.body) as Attempt)
  }

  /** Number of the newest request. */
  async newest(): Promise<number> {
    const row = await this.#requests().max('seq as newest').first()
    return Number(row?.newest ?? 0)
  }

  /** Whether anything but the request itself was recorded under this attempt. */
  async hasOutcome(trx: TransactionClientContract, attemptId: string): Promise<boolean> {
    const outcome = await trx
      .from('audit_events')
      .where('attempt_id', attemptId)
      .whereNot('event_type', REQUESTED)
      .select('seq')
      .first()
    return Boolean(outcome)
  }

  #requests() {
    return this.#connect().from('audit_events').where('event_type', REQUESTED)
  }
}
