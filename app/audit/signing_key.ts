import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import type { Secret } from '@adonisjs/core/helpers'
import type { ChainPosition } from '#audit/chain'

export interface SignedHead extends ChainPosition {
  chain: string

  /** Ed25519 (RFC 8032), base64. */
  signature: string

  /** Which key signed, see {@link SigningKey.keyId}. */
  keyId: string
}

/** What precedes an Ed25519 seed in PKCS #8 (RFC 8410 §7). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')

/** Signs the head of a chain, so that nobody without the key can append to it or rewrite it. */
export class SigningKey {
  readonly publicKey: KeyObject

  /** The first 16 hex digits of the SHA-256 of the public key in SPKI form. */
  readonly keyId: string
  readonly #privateKey: KeyObject

  /** @param seed base64 of 32 bytes */
  constructor(seed: Secret<string>) {
    this.#privateKey = createPrivateKey({
      key: Buffer.concat([PKCS8_PREFIX, Buffer.from(seed.release(), 'base64')]),
      format: 'der',
      type: 'pkcs8',
    })
    this.publicKey = createPublicKey(this.#privateKey)
    this.keyId = keyIdOf(this.publicKey)
  }

  sign(chain: string, position: ChainPosition): SignedHead {
    const signature = sign(null, signedText(chain, position), this.#privateKey).toString('base64')
    return { chain, ...position, signature, keyId: this.keyId }
  }
}

export function isSignedBy(publicKey: KeyObject, head: SignedHead): boolean {
  const signature = Buffer.from(head.signature, 'base64')
  return verify(null, signedText(head.chain, head), publicKey, signature)
}

function keyIdOf(publicKey: KeyObject): string {
  const spki = publicKey.export({ format: 'der', type: 'spki' })
  return createHash('sha256').update(spki).digest('hex').slice(0, 16)
}

/** Begins with what is signed, so that no other signature of this key can pass for a head. */
function signedText(chain: string, { seq, fingerprint }: ChainPosition): Buffer {
  return Buffer.from(`audit-head-v1\n${chain}\n${seq}\n${fingerprint}`, 'utf8')
}
