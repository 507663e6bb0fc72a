import type { QueryClientContract, TransactionClientContract } from '@adonisjs/lucid/types/database'
import type { AuditRow } from '#audit/chain/audit_row'
import type { Checkpoint } from '#audit/checkpoints/checkpoint'
import type { PurgeMark } from '#audit/retention/purge_mark'
import { held, whereHeld } from '#audit/stores/held_events'
import { inTransaction } from '#shared/transaction'

/** A purge mark as it is kept: unfinished while events that it names may still be there. */
export interface StoredMark extends PurgeMark {
  id: number
  finishedAt: string | null
}

/** Events by their numbers: those after `after`, up to and including `upTo`. */
export interface SeqRange {
  after: number
  upTo: number
}

/** The first event of a range that has to stay. */
export interface KeptEvent {
  seq: number
  why: 'age' | 'hold' | 'unsettled'

  /** The legal hold, where one is why. */
  holdId?: number
}

const REQUESTED = 'auth.token.requested'

/** What the retention rule reads and removes, on SQLite and PostgreSQL. */
export class PurgeStore {
  readonly #connect: () => QueryClientContract
  readonly chain: string

  /** @param connect the connection to use; asked for each time, since it may be replaced */
  constructor(connect: () => QueryClientContract, chain: string) {
    this.#connect = connect
    this.chain = chain
  }

  async newestMark(trx?: TransactionClientContract): Promise<StoredMark | undefined> {
    const row = await (trx ?? this.#connect())
      .from('audit_purges')
      .where('chain', this.chain)
      .orderBy('last_seq', 'desc')
      .first()
    return row ? storedMark(row) : undefined
  }

  async addMark(trx: TransactionClientContract, mark: PurgeMark): Promise<void> {
    await trx.table('audit_purges').insert({
      chain: mark.chain,
      first_seq: mark.firstSeq,
      last_seq: mark.lastSeq,
      fingerprint: mark.fingerprint,
      started_at: mark.startedAt,
      signature: mark.signature,
      key_id: mark.keyId,
    })
  }

  /** @returns whether it was unfinished until now */
  async finishMark(
    trx: TransactionClientContract,
    mark: StoredMark,
    finishedAt: string
  ): Promise<boolean> {
    const [updated] = await trx
      .from('audit_purges')
      .where('id', mark.id)
      .whereNull('finished_at')
      .update({ finished_at: finishedAt }, ['id'])
    return Boolean(updated)
  }

  /** Number of the newest event. */
  async headSeq(): Promise<number> {
    const head = await this.#connect().from('audit_heads').where('chain', this.chain).first()
    return Number(head?.seq ?? 0)
  }

  /** Grows with every hold that is placed, and never otherwise. */
  async newestHoldId(trx?: TransactionClientContract): Promise<number> {
    const row = await (trx ?? this.#connect()).from('audit_holds').max('id as newest').first()
    return Number(row?.newest ?? 0)
  }

  /** The first event of the range that is too young, held, or a token request without an outcome. */
  async firstKept(range: SeqRange, recordedBefore: string): Promise<KeptEvent | undefined> {
    const row = await this.#events(range)
      .where((kept) => {
        kept
          .where('recorded_at', '>=', recordedBefore)
          .orWhereExists(held)
          .orWhere((attempt) => {
            attempt
              .where('event_type', REQUESTED)
              .whereNotNull('attempt_id')
              .whereNotExists((outcome) => {
                outcome
                  .from('audit_events as outcome')
                  .whereColumn('outcome.attempt_id', 'audit_events.attempt_id')
                  .whereNot('outcome.event_type', REQUESTED)
              })
          })
      })
      .orderBy('seq')
      .select('seq', 'recorded_at')
      .first()
    if (!row) return undefined

    const seq = Number(row.seq)
    if (row.recorded_at >= recordedBefore) return { seq, why: 'age' }

    const holdId = await this.#holdOn(seq)
    return holdId === undefined ? { seq, why: 'unsettled' } : { seq, why: 'hold', holdId }
  }

  /** The newest checkpoint whose event is in the range. */
  async newestCheckpoint({ after, upTo }: SeqRange): Promise<Checkpoint | undefined> {
    const row = await this.#connect()
      .from('audit_checkpoints')
      .where('chain', this.chain)
      .where('seq', '>', after)
      .where('seq', '<=', upTo)
      .orderBy('seq', 'desc')
      .first()
    return row ? checkpoint(row) : undefined
  }

  async rows(range: SeqRange): Promise<AuditRow[]> {
    const rows = await this.#events(range).orderBy('seq').select('*')
    return rows.map((row) => ({ ...row, seq: Number(row.seq) }))
  }

  /** Number of the oldest event, unless it is after `upTo`. */
  async oldestSeq(upTo: number, trx?: TransactionClientContract): Promise<number | undefined> {
    const row = await (trx ?? this.#connect())
      .from('audit_events')
      .where('seq', '<=', upTo)
      .min('seq as oldest')
      .first()
    return row?.oldest === null ? undefined : Number(row.oldest)
  }

  /** Removes the events and their personal values: all of the range, or none. */
  async remove({ after, upTo }: SeqRange): Promise<void> {
    await inTransaction(this.#connect(), async (trx) => {
      const events = () =>
        trx.from('audit_events').where('seq', '>', after).where('seq', '<=', upTo)

      await trx
        .from('audit_personal_values')
        .whereIn('event_id', events().select('event_id'))
        .delete()
      await events().delete()
    })
  }

  async #holdOn(seq: number): Promise<number | undefined> {
    const events = this.#connect().from('audit_events').where('seq', seq)
    const pairs = events.joinRaw('CROSS JOIN audit_holds')
    const row = await whereHeld(pairs).min('audit_holds.id as id').first()
    return row?.id ?? undefined
  }

  #events({ after, upTo }: SeqRange) {
    return this.#connect().from('audit_events').where('seq', '>', after).where('seq', '<=', upTo)
  }
}

function storedMark(row: Record<string, string>): StoredMark {
  return {
    id: Number(row.id),
    chain: row.chain,
    firstSeq: Number(row.first_seq),
    lastSeq: Number(row.last_seq),
    fingerprint: row.fingerprint,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    signature: row.signature,
    keyId: row.key_id,
  }
}

function checkpoint(row: Record<string, string>): Checkpoint {
  return {
    chain: row.chain,
    seq: Number(row.seq),
    fingerprint: row.fingerprint,
    createdAt: row.created_at,
    reason: row.reason as Checkpoint['reason'],
    signature: row.signature,
    keyId: row.key_id,
  }
}
