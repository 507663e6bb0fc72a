import { createHmac, hkdfSync, type KeyObject, createSecretKey } from 'node:crypto'
import type { Secret } from '@adonisjs/core/helpers'

/**
 * Names a secret value without revealing it: HMAC-SHA256, cut to 16 bytes, under a
 * key that is derived from the application key for one purpose (RFC 5869), so that
 * digests of different purposes cannot be compared.
 */
export class KeyedDigest {
  readonly #key: KeyObject

  constructor(appKey: Secret<string>, purpose: string) {
    const key = hkdfSync('sha256', appKey.release(), '', `orange-sms-gateway/${purpose}`, 32)
    this.#key = createSecretKey(Buffer.from(key))
  }

  of(value: string): string {
    return createHmac('sha256', this.#key).update(value).digest().subarray(0, 16).toString('hex')
  }
}
