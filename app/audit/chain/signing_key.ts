import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import type { Secret } from '@adonisjs/core/helpers'

/** A signature beside what it signs. */
export interface Signature {
  /** Ed25519 (RFC 8032), base64. */
  signature: string

  /** Which key signed, see {@link keyIdOf}. */
  keyId: string
}

/** What precedes an Ed25519 seed in PKCS #8, and a public key in SPKI (RFC 8410 §4, §7). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

/**
 * Signs what the trail claims. Every text that is signed begins with what it is, such as
 * `audit-head-v1`, so that no signature can pass for another.
 */
export class SigningKey {
  readonly publicKey: KeyObject

  /** See {@link keyIdOf}. */
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

  sign(text: string): Signature {
    const signature = sign(null, Buffer.from(text, 'utf8'), this.#privateKey).toString('base64')
    return { signature, keyId: this.keyId }
  }
}

export function isSignedBy(publicKey: KeyObject, text: string, signature: string): boolean {
  return verify(null, Buffer.from(text, 'utf8'), publicKey, Buffer.from(signature, 'base64'))
}

/** The first 16 hex digits of the SHA-256 of a public key in SPKI form. */
export function keyIdOf(publicKey: KeyObject): string {
  const spki = publicKey.export({ format: 'der', type: 'spki' })
  return createHash('sha256').update(spki).digest('hex').slice(0, 16)
}

/** The 32 bytes of a public key (RFC 8032 §5.1.5), base64: how it is published and configured. */
export function publicKeyText(publicKey: KeyObject): string {
  const spki = publicKey.export({ format: 'der', type: 'spki' })
  return spki.subarray(SPKI_PREFIX.length).toString('base64')
}

/** @throws when the text is not base64 of 32 bytes */
export function publicKeyFrom(text: string): KeyObject {
  const key = Buffer.concat([SPKI_PREFIX, Buffer.from(text, 'base64')])
  return createPublicKey({ key, format: 'der', type: 'spki' })
}
