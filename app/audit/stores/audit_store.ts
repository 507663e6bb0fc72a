import type { QueryClientContract, TransactionClientContract } from '@adonisjs/lucid/types/database'
import type { AuditRow } from '#audit/audit_row'
import type { ChainPosition } from '#audit/chain'
import type { PersonalValue } from '#audit/personal_values'
import type { SignedHead } from '#audit/signing_key'

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
   */
  transaction<T>(
    work: (trx: TransactionClientContract) => Promise<T>,
    outer?: TransactionClientContract
  ): Promise<T> {
    return (outer ?? this.#connect()).transaction(work)
  }

  /**
   * Takes the next number and, until the transaction ends, the right to append. Has to
   * be the first statement: SQLite refuses a transaction that read before it wrote as
   * soon as another process wrote in between.
   *
   * @returns the new event's number and the fingerprint of the event before it
   */
  async takeNumber(trx: TransactionClientContract): Promise<ChainPosition> {
    const [head] = await trx
      .from('audit_heads')
      .where('chain', this.chain)
      .update('seq', trx.raw('seq + 1'), ['seq', 'fingerprint'])
    if (!head) throw new Error('The audit chain has no head')

    return { seq: Number(head.seq), fingerprint: head.fingerprint }
  }

  /** Waits until nobody else appends, and keeps it so until the transaction ends. */
  async lock(trx: TransactionClientContract): Promise<void> {
    await trx
      .from('audit_heads')
      .where('chain', this.chain)
      .update({ seq: trx.raw('seq') })
  }

  async insert(trx: TransactionClientContract, row: AuditRow): Promise<void> {
    await trx.table('audit_events').insert(row)
  }

  async insertPersonalValues(
    trx: TransactionClientContract,
    eventId: string,
    values: PersonalValue[]
  ): Promise<void> {
    if (values.length === 0) return
    await trx
      .table('audit_personal_values')
      .multiInsert(values.map((value) => ({ event_id: eventId, ...value })))
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
