import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import type { ChainPosition, StoredHead } from '#audit/chain/position'
import type { Checkpoint } from '#audit/checkpoints/checkpoint'

/** Checkpoints as the database keeps them, to be listed and to say how far a purge may go. */
export class CheckpointStore {
  readonly #connect: () => QueryClientContract
  readonly chain: string

  constructor(connect: () => QueryClientContract, chain: string) {
    this.#connect = connect
    this.chain = chain
  }

  /** The end of the chain. @throws when the row of the head is gone */
  async head(): Promise<StoredHead> {
    const row = await this.#connect()
      .from('audit_heads')
      .where('chain', this.chain)
      .select('seq', 'fingerprint', 'signature', 'key_id')
      .firstOrFail()
    const { fingerprint, signature, key_id: keyId } = row
    return { seq: Number(row.seq), fingerprint, signature, keyId }
  }

  /** The event of this number; undefined when it is purged, or gone. */
  async position(seq: number): Promise<ChainPosition | undefined> {
    const row = await this.#connect()
      .from('audit_events')
      .where('seq', seq)
      .select('fingerprint')
      .first()
    return row ? { seq, fingerprint: row.fingerprint } : undefined
  }

  /** Up to which event a purge has taken everything; 0 when nothing was ever purged. */
  async purgedUpTo(): Promise<number> {
    const row = await this.#connect()
      .from('audit_purges')
      .where('chain', this.chain)
      .max('last_seq as last')
      .first()
    return Number(row?.last ?? 0)
  }

  /** A checkpoint of the same event is there already when another process was faster: that one stays. */
  async add(checkpoint: Checkpoint): Promise<void> {
    const { chain, seq, fingerprint, createdAt, reason, signature, keyId } = checkpoint
    const row = {
      ...{ chain, seq, fingerprint, reason, signature },
      created_at: createdAt,
      key_id: keyId,
    }
    await this.#connect()
      .knexQuery()
      .table('audit_checkpoints')
      .insert(row)
      .onConflict(['chain', 'seq'])
      .ignore()
  }

  /** The newest first. @param before the number that the page begins below */
  async page(before: number, limit: number): Promise<Checkpoint[]> {
    const rows = await this.#connect()
      .from('audit_checkpoints')
      .where('chain', this.chain)
      .where('seq', '<', before)
      .orderBy('seq', 'desc')
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
}
