import type { KeyObject } from 'node:crypto'
import { isSignedBy, keyIdOf, type Signature } from '#audit/chain/signing_key'

/** What the keys we trust say about a signature. */
export type SignatureVerdict = 'genuine' | 'forged' | 'unknown_key'

/**
 * The public keys whose signatures count. They come from the configuration alone: a key
 * that only the database names is as good as the database, which is what is in doubt.
 */
export class TrustedKeys {
  readonly #keys: ReadonlyMap<string, KeyObject>

  constructor(publicKeys: readonly KeyObject[]) {
    this.#keys = new Map(publicKeys.map((key) => [keyIdOf(key), key]))
  }

  /** By their ids. */
  get all(): ReadonlyMap<string, KeyObject> {
    return this.#keys
  }

  verdictOn(text: string, { signature, keyId }: Signature): SignatureVerdict {
    const key = this.#keys.get(keyId)
    if (!key) return 'unknown_key'
    return isSignedBy(key, text, signature) ? 'genuine' : 'forged'
  }

  /** Whether any of the keys made the signature: for one that stands without the id of its key. */
  anySigned(text: string, signature: string): boolean {
    return [...this.#keys.values()].some((key) => isSignedBy(key, text, signature))
  }
}
