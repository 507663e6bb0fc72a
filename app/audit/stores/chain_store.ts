import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import { type AuditRow, FILTER_COLUMNS } from '#audit/chain/audit_row'
import type { StoredHead } from '#audit/chain/position'
import type { Checkpoint } from '#audit/checkpoints/checkpoint'
import type { PersonalValue } from '#audit/recording/personal_values'
import type { PurgeMark } from '#audit/retention/purge_mark'
import { personalValuesColumn, personalValuesIn } from '#audit/stores/personal_values_beside'

/** A run of numbers: those after `after`, up to `upTo`. */
export interface SeqRange {
  after: number
  upTo: number
}

/** The end of the chain as it was at one instant. */
export interface ChainEnd {
  /** Undefined when the row of the head is gone. */
  head?: StoredHead

  /** Number of the last event, 0 when there is none. */
  lastSeq: number
}

/** An event with what has not been erased of its personal values. */
export type WholeRow = AuditRow & { personalValues: PersonalValue[] }

const COLUMNS = ['seq', 'body', 'fingerprint', 'prev_fingerprint', ...Object.keys(FILTER_COLUMNS)]

/** Everything that verification reads, and nothing that writes. */
export class ChainStore {
  readonly #connect: () => QueryClientContract
  readonly chain: string

  constructor(connect: () => QueryClientContract, chain: string) {
    this.#connect = connect
    this.chain = chain
  }

  /** In one statement, so that both are of the same instant while events keep coming. */
  async end(): Promise<ChainEnd> {
    const last = this.#connect().from('audit_events').max('seq').as('last_seq')
    const row = await this.#connect()
      .query()
      .select(last)
      .select('seq', 'fingerprint', 'signature', 'key_id')
      .from('audit_heads')
      .where('chain', this.chain)
      .first()
    if (!row) {
      const events = await this.#connect().from('audit_events').max('seq as last_seq').first()
      return { lastSeq: Number(events?.last_seq ?? 0) }
    }

    const { fingerprint, signature, key_id: keyId } = row
    const head = { seq: Number(row.seq), fingerprint, signature, keyId }
    return { head, lastSeq: Number(row.last_seq ?? 0) }
  }

  /** The least number that any event has; undefined when there is none. */
  async firstSeq(): Promise<number | undefined> {
    const row = await this.#connect().from('audit_events').min('seq as first').first()
    return row?.first === null || row?.first === undefined ? undefined : Number(row.first)
  }

  /** Events of the range in their order, at most `limit`. */
  async rows(range: SeqRange, limit: number): Promise<AuditRow[]> {
    const rows = await this.#rows(range, limit)
    for (const row of rows) row.seq = Number(row.seq)
    return rows
  }

  /** As {@link rows}, with their personal values. */
  async wholeRows(range: SeqRange, limit: number): Promise<WholeRow[]> {
    const rows = await this.#rows(range, limit).select(personalValuesColumn(this.#connect()))
    for (const row of rows) {
      row.seq = Number(row.seq)
      row.personalValues = personalValuesIn(row)
    }
    return rows
  }

  /** Where purges have cut the chain, the newest first. */
  async purgeMarks(): Promise<PurgeMark[]> {
    const rows = await this.#connect()
      .from('audit_purges')
      .where('chain', this.chain)
      .orderBy('last_seq', 'desc')
    return rows.map((row) => ({
      chain: row.chain,
      firstSeq: Number(row.first_seq),
      lastSeq: Number(row.last_seq),
      fingerprint: row.fingerprint,
      startedAt: row.started_at,
      signature: row.signature,
      keyId: row.key_id,
    }))
  }

  /** Checkpoints that the database keeps, in the order of their numbers. */
  async checkpoints(afterSeq: number, limit: number): Promise<Checkpoint[]> {
    const rows = await this.#connect()
      .from('audit_checkpoints')
      .where('chain', this.chain)
      .where('seq', '>', afterSeq)
      .orderBy('seq')
      .limit(limit)
    return rows.map((row) => ({
      chain: row.chain,
      seq: Number(row.seq),
      fingerprint: row.fingerprint,
      createdAt: row.created_at,
      reason: row.reason,
      signature: row.signature,
      keyId: row.key_id,
    }))
  }

  /** The fingerprints of these events, by number; those that are missing are left out. */
  async fingerprints(seqs: readonly number[]): Promise<Map<number, string>> {
    const rows = await this.#connect()
      .from('audit_events')
      .whereIn('seq', [...seqs])
      .select('seq', 'fingerprint')
    return new Map(rows.map((row) => [Number(row.seq), row.fingerprint]))
  }

  #rows({ after, upTo }: SeqRange, limit: number) {
    return this.#connect()
      .from('audit_events')
      .where('seq', '>', after)
      .where('seq', '<=', upTo)
      .orderBy('seq')
      .limit(limit)
      .select(COLUMNS)
  }
}
