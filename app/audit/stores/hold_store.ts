import type { QueryClientContract, TransactionClientContract } from '@adonisjs/lucid/types/database'

/** A range of time whose events are kept, however old they get. Instants are ISO 8601. */
export interface LegalHold {
  id: number

  /** Null: from the beginning on. */
  from: string | null

  /** Null: up to now, and whatever comes. */
  to: string | null
  reason: string
  placedBy: string
  placedAt: string
  releasedBy: string | null
  releasedAt: string | null
}

/** Legal holds, on SQLite and PostgreSQL. None is ever deleted. */
export class HoldStore {
  readonly #connect: () => QueryClientContract

  /** @param connect the connection to use; asked for each time, since it may be replaced */
  constructor(connect: () => QueryClientContract) {
    this.#connect = connect
  }

  /** The newest first. @param before only those placed before the hold with this id */
  async list(limit: number, before?: number): Promise<LegalHold[]> {
    const query = this.#connect().from('audit_holds').orderBy('id', 'desc').limit(limit)
    if (before !== undefined) query.where('id', '<', before)

    const rows = await query
    return rows.map(holdOf)
  }

  async find(trx: TransactionClientContract, id: number): Promise<LegalHold | undefined> {
    const row = await trx.from('audit_holds').where('id', id).first()
    return row ? holdOf(row) : undefined
  }

  /** @param trx holds the lock of the chain: the newest hold is then the one that was added */
  async add(
    trx: TransactionClientContract,
    hold: Pick<LegalHold, 'from' | 'to' | 'reason' | 'placedBy' | 'placedAt'>
  ): Promise<LegalHold> {
    await trx.table('audit_holds').insert({
      from_at: hold.from,
      to_at: hold.to,
      reason: hold.reason,
      placed_by: hold.placedBy,
      placed_at: hold.placedAt,
    })
    return holdOf(await trx.from('audit_holds').orderBy('id', 'desc').firstOrFail())
  }

  async release(
    trx: TransactionClientContract,
    id: number,
    by: Pick<LegalHold, 'releasedBy' | 'releasedAt'>
  ): Promise<void> {
    await trx
      .from('audit_holds')
      .where('id', id)
      .update({ released_by: by.releasedBy, released_at: by.releasedAt })
  }
}

function holdOf(row: Record<string, never>): LegalHold {
  return {
    id: Number(row.id),
    from: row.from_at,
    to: row.to_at,
    reason: row.reason,
    placedBy: row.placed_by,
    placedAt: row.placed_at,
    releasedBy: row.released_by,
    releasedAt: row.released_at,
  }
}
