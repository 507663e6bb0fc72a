import { createHash } from 'node:crypto'
import type { ClientCredentials } from '#oauth/contracts'

/** What tells credentials apart without a secret. A given token is told apart by its digest. */
export function identityOf(credentials: ClientCredentials): string {
  if ('clientId' in credentials) return credentials.clientId
  if ('username' in credentials) return credentials.username
  if ('token' in credentials) return digest(credentials.token.release())

  const [, encoded = ''] = credentials.authorizationHeader.release().split(' ')
  return Buffer.from(encoded, 'base64').toString().split(':', 1)[0]
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
