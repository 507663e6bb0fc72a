import type { Secret } from '@adonisjs/core/helpers'

/** What an application brings, under the names of RFC 6749 §4.1.3 and §6, RFC 7636 §4.5, RFC 7523 §2.1. */
export type ExchangeRequest = CodeExchange | RefreshExchange | AssertionExchange

export interface CodeExchange {
  grant_type: 'authorization_code'
  code: Secret<string>
  redirect_uri: string
  code_verifier: Secret<string>
}

export interface RefreshExchange {
  grant_type: 'refresh_token'
  refresh_token: Secret<string>
  scope?: string
}

export interface AssertionExchange {
  grant_type: typeof JWT_BEARER
  assertion: Secret<string>
  scope?: string
}

/** Of whom the client is that exchanges. */
export interface ExchangeOwner {
  provider: string
  tenant?: string
}

export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/** RFC 6749 §5.1. */
export interface ExchangeAnswer {
  access_token: Secret<string>
  token_type: 'Bearer'
  expires_in: number
  scope?: string
  refresh_token?: Secret<string>
}

/** RFC 6749 §5.2: what the application brought is no good. */
export class ExchangeRefused extends Error {
  /** @param word the value of `error` */
  constructor(
    readonly word: 'invalid_request' | 'invalid_grant' | 'invalid_scope' | 'unsupported_grant_type',
    readonly description: string
  ) {
    super(description)
  }
}
