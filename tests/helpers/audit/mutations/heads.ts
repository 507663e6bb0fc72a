import { Secret } from '@adonisjs/core/helpers'
import type { ChainPosition, StoredHead } from '#audit/chain/position'
import { signHead } from '#audit/chain/signed_head'
import { SigningKey } from '#audit/chain/signing_key'
import type { Dice } from '#tests/helpers/audit/mutations/dice'
import type { GenuineTrail } from '#tests/helpers/audit/mutations/trail_state'

const strangeKey = new SigningKey(new Secret(Buffer.alloc(32, 99).toString('base64')))

/** A head for a position that nobody with the key has signed, in every way there is. */
export function forgedHead(
  { head }: GenuineTrail,
  { seq, fingerprint }: ChainPosition,
  dice: Dice
): StoredHead | undefined {
  const { signature, keyId } = signHead(strangeKey, 'main', { seq, fingerprint })
  return dice.pick<StoredHead | undefined>([
    head,
    { ...head, seq, fingerprint },
    { ...head, seq, fingerprint, signature: dice.base64(64) },
    { ...head, seq, fingerprint, signature: '' },
    { ...head, seq, fingerprint, signature: null, keyId: null },
    { seq, fingerprint, signature, keyId },
    { ...head, seq, fingerprint, signature },
    undefined,
  ])
}
