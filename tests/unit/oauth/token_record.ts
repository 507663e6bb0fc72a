import { Secret } from '@adonisjs/core/helpers'
import type { TokenRecord } from '#oauth/contracts'

/** A token of an hour that becomes due ten minutes before its end. */
export function tokenRecord(changes: Partial<TokenRecord> = {}): TokenRecord {
  const issuedAt = changes.issuedAt ?? Date.UTC(2026, 0, 1)

  return {
    provider: 'orange',
    accessToken: new Secret('a-token'),
    tokenType: 'Bearer',
    fingerprint: 'f00d',
    issuedAt,
    refreshAt: issuedAt + 50 * 60_000,
    expiresAt: issuedAt + 60 * 60_000,
    ...changes,
  }
}
