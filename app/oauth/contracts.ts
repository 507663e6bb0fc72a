import type { Secret } from '@adonisjs/core/helpers'
import type { Pause } from '#oauth/pause'

/** What a token endpoint issued, with the instants at which it was asked. */
export interface IssuedToken {
  accessToken: Secret<string>
  tokenType: 'Bearer'
  scope?: string

  /** Remaining life in seconds, as the server said. Undefined when it said nothing. */
  expiresIn?: number

  /** When the request was sent, by the wall clock and by the monotonic clock. */
  requestedAt: number
  requestedAtMonotonic: number
}

/** One way to obtain a token (RFC 6749 §1.3). Keeps nothing and tries once. */
export interface Grant {
  /** The value of `grant_type`. */
  readonly type: string

  /**
   * @throws {TokenRequestError} with the verdict on what happened
   */
  obtain(): Promise<IssuedToken>
}

/**
 * How we prove to a token endpoint who we are: an id and a secret, or the ready-made
 * value of an Authorization header.
 */
export type ClientCredentials =
  { clientId: string; clientSecret: Secret<string> } | { authorizationHeader: Secret<string> }

/** Where the credentials of a client come from. Asked before every token request. */
export interface CredentialSource {
  find(): Promise<ClientCredentials>
}

/** A token as stores keep it. Instants are milliseconds since 1970, UTC. */
export interface TokenRecord {
  accessToken: Secret<string>
  tokenType: 'Bearer'
  scope?: string

  /** Keyed digest of the access token: names it without revealing it. */
  fingerprint: string
  issuedAt: number
  refreshAt: number
  expiresAt: number
}

/**
 * Keeps one token per key and one pause per credential. Several processes may share a
 * store, so writes name the token that the writer saw last: whoever is late loses.
 */
export interface TokenStore {
  /** Shown in health reports. */
  readonly name: string

  get(key: string): Promise<TokenRecord | null>

  /**
   * Stores `record` if the stored token is still the one with fingerprint `expected`
   * (null: none is stored). Answers whether it did.
   */
  replace(key: string, record: TokenRecord, expected: string | null): Promise<boolean>

  /** Removes the token if it is still the one with fingerprint `expected`. Answers whether it did. */
  remove(key: string, expected: string): Promise<boolean>

  getPause(credential: string): Promise<Pause | null>
  setPause(credential: string, pause: Pause): Promise<void>
  removePause(credential: string): Promise<void>
}
