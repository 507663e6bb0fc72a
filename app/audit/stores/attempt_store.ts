import type { QueryClientContract, TransactionClientContract } from '@adonisjs/lucid/types/database'
import type { AuditBody } from '#audit/recording/audit_body'

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

  /**
   * Requests after number `seq`, recorded before `recordedBefore` (ISO 8601), that no
   * other event tells the outcome of; the oldest first.
   */
  async unsettled(seq: number, recordedBefore: string, limit: number): Promise<Attempt[]> {
    const rows = await this.#requests(seq)
      .where('recorded_at', '<', recordedBefore)
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

  /** The number up to which every request was recorded before `recordedBefore`. */
  async allOlderUpTo(seq: number, recordedBefore: string): Promise<number> {
    const younger = await this.#requests(seq)
      .where('recorded_at', '>=', recordedBefore)
      .min('seq as first')
      .first()
    if (younger.first !== null) return Number(younger.first) - 1

    const any = await this.#requests(seq).max('seq as last').first()
    return any.last === null ? seq : Number(any.last)
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

  #requests(seq: number) {
    return this.#connect()
      .from('audit_events')
      .where('event_type', REQUESTED)
      .where('seq', '>', seq)
  }
}
