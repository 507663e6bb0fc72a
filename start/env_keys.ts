/*
|--------------------------------------------------------------------------
| Rules for generations of keys
|--------------------------------------------------------------------------
*/

import type { Check } from '#start/env_rules'

const NAME = /^[a-z\d]{1,16}$/i
const KEY = /^[A-Za-z\d+/]{43}=$/

/** The generation that is made from APP_KEY. */
const RESERVED = 'app'

/**
 * NAME:KEY, comma-separated, the newest first; each key base64 of 32 bytes. `app` by itself says
 * where the key made from APP_KEY comes among them: last, unless it is said.
 */
export const keyGenerations: Check = (value) => {
  const entries = value.split(',').map((entry) => entry.trim().split(':'))
  const names = entries.map(([name]) => name)
  const own = entries.filter(([name, key]) => name === RESERVED && key === undefined)
  const given = entries.filter((entry) => !own.includes(entry))

  if (!given.every(([name, key, rest]) => NAME.test(name) && KEY.test(key) && rest === undefined)) {
    return 'must be NAME:KEY, comma-separated, each KEY base64 of 32 bytes (openssl rand -base64 32)'
  }
  if (given.some(([name]) => name === RESERVED)) {
    return 'must not give a key to the name app: it stands for the key made from APP_KEY'
  }
  return new Set(names).size < names.length ? 'has the same name twice' : undefined
}
