import type { QueryClientContract, TransactionClientContract } from '@adonisjs/lucid/types/database'
import type { AuditRow } from '#audit/chain/audit_row'
import type { AuditBody } from '#audit/recording/audit_body'
import type { StoredHead } from '#audit/chain/position'
import type { PersonalValue } from '#audit/recording/personal_values'
import type { SignedHead } from '#audit/chain/signed_head'
import { insertRows } from '#audit/stores/insert_rows'
import { inTransaction } from '#shared/transaction'

/** The audit tables, on SQLite and PostgreSQL. Every method but `transaction` runs inside one. */
export class AuditStore {
  readonly #connect: () => QueryClientContract
  readonly chain: string

  /** @param connect the connection to use; asked for each time, since it may be replaced */
  constructor(connect: () => QueryClientContract, chain: string) {
    this.#connect = connect
    this.chain = chain
  }

  /**
   * All or nothing. Inside `outer` it is a savepoint: a failure leaves that
   * transaction usable, and without half of an event in it.
   *
   * @throws {CommitFailed} when it is not known whether it was committed
   */
  transaction<T>(
    work: (trx: TransactionClientContract) => Promise<T>,
    outer?: TransactionClientContract
  ): Promise<T> {
    return inTransaction(outer ?? this.#connect(), work)
  }

  /**
   * Takes the next `count` numbers and, until the transaction ends, the right to append.
   * Has to be the first statement: SQLite refuses a transaction that read before it wrote
   * as soon as another process wrote in between.
   *
   * @returns the head that the new events follow
   */
  async takeNumbers(trx: TransactionClientContract, count: number): Promise<StoredHead> {
    const [head] = await trx
      .from('audit_heads')
      .where('chain', this.chain)
      .update('seq', trx.raw('seq + ?', [count]), ['seq', 'fingerprint', 'signature', 'key_id'])
    if (!head) throw new Error('The audit chain has no head')

    const { fingerprint, signature, key_id: keyId } = head
    return { seq: Number(head.seq) - count, fingerprint, signature, keyId }
  }

  /** Waits until nobody else appends, and keeps it so until the transaction ends. */
  async lock(trx: TransactionClientContract): Promise<void> {
    await trx
      .from('audit_heads')
      .where('chain', this.chain)
      .update({ seq: trx.raw('seq') })
  }

  /** Number of the newest event. */
  async headSeq(trx: TransactionClientContract): Promise<number> {
    const head = await trx
      .from('audit_heads')
      .where('chain', this.chain)
      .select('seq')
      .firstOrFail()
    return Number(head.seq)
  }

  /** Whether an event was recorded. */
  async has(trx: TransactionClientContract, eventId: string): Promise<boolean> {
    const row = await trx.from('audit_events').where('event_id', eventId).select('seq').first()
    return Boolean(row)
  }

  /** What the newest event of a type says. */
  async newestBody(trx: TransactionClientContract, type: string): Promise<AuditBody | undefined> {
    const row = await trx
      .from('audit_events')
      .where('event_type', type)
      .orderBy('seq', 'desc')
      .select('body')
      .first()
    return row && (JSON.parse(row.body) as AuditBody)
  }

  insertEvents(trx: TransactionClientContract, rows: AuditRow[]): Promise<void> {
    return insertRows(trx, 'audit_events', rows)
  }

  insertPersonalValues(
    trx: TransactionClientContract,
    rows: (PersonalValue & { event_id: string })[]
  ): Promise<void> {
    return insertRows(trx, 'audit_personal_values', rows)
  }

  async saveHead(
    trx: TransactionClientContract,
    head: SignedHead,
    updatedAt: string
  ): Promise<void> {
    await trx.from('audit_heads').where('chain', head.chain).update({
      fingerprint: head.fingerprint,
      signature: head.signature,
      key_id: head.keyId,
      updated_at: updatedAt,
    })
  }
}
