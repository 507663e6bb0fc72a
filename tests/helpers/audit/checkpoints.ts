import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import { signCheckpoint } from '#audit/checkpoints/checkpoint'
import type { SigningKey } from '#audit/chain/signing_key'
import { testSigningKey } from '#tests/helpers/audit/test_trail'

/**
 * Signs where event `seq` of the chain stands, as the gateway does from time to time.
 *
 * @param claim another key, or another fingerprint than the event has
 */
export async function checkpointAt(
  client: QueryClientContract,
  seq: number,
  claim: { signingKey?: SigningKey; fingerprint?: string } = {}
): Promise<void> {
  const event = await client.from('audit_events').where('seq', seq).firstOrFail()
  const { signingKey = testSigningKey, fingerprint = event.fingerprint } = claim
  const createdAt = new Date().toISOString()
  const facts = { chain: 'main', seq, fingerprint, createdAt, reason: 'time' } as const
  const { signature, keyId } = signCheckpoint(signingKey, facts)

  await client.table('audit_checkpoints').insert({
    chain: facts.chain,
    seq,
    fingerprint,
    created_at: createdAt,
    reason: facts.reason,
    signature,
    key_id: keyId,
  })
}

/** Makes the table of checkpoints where no migration has made it. */
export async function ensureCheckpointTable(client: QueryClientContract): Promise<void> {
  if (await client.schema.hasTable('audit_checkpoints')) return

  await client.schema.createTable('audit_checkpoints', (table) => {
    table.string('chain', 32).notNullable()
    table.bigInteger('seq').notNullable()
    table.string('fingerprint', 64).notNullable()
    table.string('created_at', 24).notNullable()
    table.string('reason', 16).notNullable()
    table.text('signature').notNullable()
    table.string('key_id', 16).notNullable()
    table.primary(['chain', 'seq'])
  })
}
