import { Secret } from '@adonisjs/core/helpers'
import type { ClientSecret } from '#oauth/credentials/kinds'

/** The credentials of a tenant as they are kept or sent: RFC 7591 names, secrets in clear. */
export interface TenantCredentialsDocument {
  client_id: string
  client_secret: string

  /** Works too while a secret is being replaced. */
  other_client_secret?: string
}

/** @returns undefined when it is not such a document; quotes nothing of it */
export function readTenantCredentials(document: unknown): ClientSecret | undefined {
  const {
    client_id: clientId,
    client_secret: secret,
    other_client_secret: other,
  } = (document ?? {}) as Record<string, unknown>
  if (!isText(clientId) || !isText(secret)) return undefined
  if (other !== undefined && other !== null && !isText(other)) return undefined

  return {
    clientId,
    clientSecret: new Secret(secret),
    ...(other ? { otherClientSecret: new Secret(other) } : {}),
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= 8_192
}
