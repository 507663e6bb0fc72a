import type { TokenStore } from '#oauth/contracts'
import { tokenRecord } from '#tests/unit/oauth/token_record'

/**
 * Counts up the fingerprint of one token, as often as it is quicker than whoever else does.
 * If two of them ever won over the same token, the count is less than what they won together.
 *
 * @returns how often it won
 */
export async function countUp(store: TokenStore, key: string, tries: number): Promise<number> {
  let won = 0
  for (let one = 0; one < tries; one++) {
    const seen = (await store.get(key))?.fingerprint ?? null
    const record = tokenRecord({ fingerprint: String(Number(seen) + 1) })
    if (await store.replace(key, record, seen)) won++
  }
  return won
}
