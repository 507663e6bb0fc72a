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
