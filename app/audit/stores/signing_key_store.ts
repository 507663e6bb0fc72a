import type { QueryClientContract, TransactionClientContract } from '@adonisjs/lucid/types/database'

/** A public key that has signed the trail. */
export interface PublishedKey {
  keyId: string

  /** Base64 of its 32 bytes. */
  publicKey: string

  /** ISO 8601, UTC. */
  introducedAt: string

  /** Number of the event that introduced it. */
  introducedSeq: number
}

export class SigningKeyStore {
  readonly #connect: () => QueryClientContract

  constructor(connect: () => QueryClientContract) {
    this.#connect = connect
  }

  /** The newest first. */
  async all(): Promise<PublishedKey[]> {
    const rows = await this.#connect().from('audit_signing_keys').orderBy('introduced_seq', 'desc')
    return rows.map(published)
  }

  async newest(trx: TransactionClientContract): Promise<PublishedKey | undefined> {
    const row = await trx.from('audit_signing_keys').orderBy('introduced_seq', 'desc').first()
    return row ? published(row) : undefined
  }

  async has(trx: TransactionClientContract, keyId: string): Promise<boolean> {
    const row = await trx.from('audit_signing_keys').where('key_id', keyId).first()
    return Boolean(row)
  }

  async add(trx: TransactionClientContract, key: PublishedKey): Promise<void> {
    await trx.table('audit_signing_keys').insert({
      key_id: key.keyId,
      public_key: key.publicKey,
      introduced_at: key.introducedAt,
      introduced_seq: key.introducedSeq,
    })
  }
}

function published(row: Record<string, string>): PublishedKey {
  return {
    keyId: row.key_id,
    publicKey: row.public_key,
    introducedAt: row.introduced_at,
    introducedSeq: Number(row.introduced_seq),
  }
}
