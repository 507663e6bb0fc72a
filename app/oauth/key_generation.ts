import { createHash } from 'node:crypto'
import type { Secret } from '@adonisjs/core/helpers'

/** One of the keys that stored tokens are sealed with. */
export interface KeyGeneration {
  /**
   * Its name and eight digits of a digest of the key: another key under the same name is
   * another generation. Stands in front of everything that the key sealed.
   */
  id: string
  key: Secret<string>
}

const CHECK_DIGITS = 8

/** @param name letters and digits, as operators call it */
export function keyGeneration(name: string, key: Secret<string>): KeyGeneration {
  const check = createHash('sha256').update(`orange-sms-gateway/key-check/${key.release()}`)
  return { id: `${name}-${check.digest('hex').slice(0, CHECK_DIGITS)}`, key }
}
