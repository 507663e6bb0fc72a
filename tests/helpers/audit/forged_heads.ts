import { Secret } from '@adonisjs/core/helpers'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import { signHead } from '#audit/chain/signed_head'
import { SigningKey } from '#audit/chain/signing_key'

const strangeKey = new SigningKey(new Secret(Buffer.alloc(32, 99).toString('base64')))

export interface Head {
  seq: number
  fingerprint: string
  signature: string | null
  key_id: string | null
}

/** The head as its row says. */
export async function headOf(client: QueryClientContract): Promise<Head> {
  const {
    seq,
    fingerprint,
    signature,
    key_id: keyId,
  } = await client.from('audit_heads').firstOrFail()
  return { seq: Number(seq), fingerprint, signature, key_id: keyId }
}

function strangelySigned(head: Head, fingerprint = head.fingerprint) {
  const { signature, keyId } = signHead(strangeKey, 'main', { seq: head.seq, fingerprint })
  return { fingerprint, signature, key_id: keyId }
}

const OTHER = 'f'.repeat(64)

/** What somebody with the database and without the signing key can write into the head. */
export const FORGED_HEADS: { title: string; code: string; forge: (head: Head) => Partial<Head> }[] =
  [
    {
      title: 'another fingerprint under the old signature',
      code: 'head_forged',
      forge: () => ({ fingerprint: OTHER }),
    },
    {
      title: 'another number under the old signature',
      code: 'head_forged',
      forge: ({ seq }) => ({ seq: seq + 5 }),
    },
    {
      title: 'a signature of another key under our name',
      code: 'head_forged',
      forge: (head) => ({ ...strangelySigned(head, OTHER), key_id: head.key_id }),
    },
    {
      title: 'no signature',
      code: 'head_unsigned',
      forge: () => ({ signature: null, key_id: null }),
    },
    {
      title: 'a signature that names no key',
      code: 'head_unsigned',
      forge: () => ({ key_id: null }),
    },
    {
      title: 'an empty signature',
      code: 'head_unsigned',
      forge: () => ({ signature: '' }),
    },
    {
      title: 'the signature of a key that is not trusted',
      code: 'head_key_unknown',
      forge: (head) => strangelySigned(head),
    },
    {
      title: 'another head, signed by a key that is not trusted',
      code: 'head_key_unknown',
      forge: (head) => strangelySigned(head, OTHER),
    },
    {
      title: 'our signature under the name of a key that is not trusted',
      code: 'head_key_unknown',
      forge: () => ({ key_id: strangeKey.keyId }),
    },
  ]
