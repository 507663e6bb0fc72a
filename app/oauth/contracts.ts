import type { Secret } from '@adonisjs/core/helpers'
import type { ClientCredentials } from '#oauth/credentials/kinds'
import type { Pause } from '#oauth/life/pause'

export type { ClientCredentials }

/** What a token endpoint issued, with the instants at which it was asked. */
export interface IssuedToken {
  accessToken: Secret<string>
  tokenType: 'Bearer'
  scope?: string

  /** Remaining life in seconds, as the server said. Undefined when it said nothing. */
  expiresIn?: number

  /** The life is an operator's word, not a server's: it may exceed what is believed of servers. */
  lifeAsGiven?: true

  /** What the next token can be had with, where the server gives such a thing (RFC 6749 §1.5). */
  refreshToken?: Secret<string>

  /** Remaining life of the refresh token in seconds. Undefined when the server said nothing. */
  refreshTokenExpiresIn?: number

  /** When the request was sent, by the wall clock and by the monotonic clock. */
  requestedAt: number
  requestedAtMonotonic: number
}

/** One way to obtain a token (RFC 6749 §1.3). Keeps no token and tries once. */
export interface Grant {
  /** The value of `grant_type`. */
  readonly type: string

  /**
   * What tells its tokens apart, besides provider, tenant, subject, client, type, scope and
   * audience. Never a secret: a digest of one.
   */
  readonly keyParts?: readonly string[]

  /**
   * @throws {TokenRequestError} with the verdict on what happened
   */
  obtain(): Promise<IssuedToken>

  /** Nothing is asked for any more: keeps what it holds and must not lose. Never rejects. */
  close?(): Promise<void>
}

/** Where the credentials of a client come from. Asked before every token request. */
export interface CredentialSource {
  /**
   * Tells clients apart without a secret, e.g. a client id: tokens of one client are not
   * for another that shares its store.
   */
  readonly identity: string

  /**
   * @param tenant whose client it is; the provider's own one without it
   * @throws {UnknownTenant} when it has none here
   */
  find(tenant?: string): Promise<ClientCredentials>
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

  /** Whose token it is, for people who look at a list. Keys say nothing. */
  provider: string
  tenant?: string
}

/** What a store knows about a key, without reading the token. */
export interface StoredState {
  /** Of the token that is there, or that was there until it was removed. */
  fingerprint: string

  /** Somebody removed the token: whoever still holds it forgets it. */
  removed: boolean
}

/**
 * Keeps one token per key and one pause per credential. Several processes may share a
 * store, so writes name the token that the writer saw last: whoever is late loses.
 *
 * A removed token leaves a trace for at least the rest of its life, so that it can be told
 * from a token that the store has lost: the first is forgotten everywhere, the second is
 * put back by whoever holds it. So does the removal of one that the store does not know
 * any more. Keys and credentials are hex digests.
 *
 * Every method rejects when the store cannot be reached or answers what it should not.
 */
export interface TokenStore {
  /** Shown in health reports. */
  readonly name: string

  /** @throws {UnreadableRecord} when something stands under the key that is no token */
  get(key: string): Promise<TokenRecord | null>

  /**
   * Stores `record` if the stored token is still the one with fingerprint `expected`
   * (null: none is stored). Answers whether it did.
   */
  replace(key: string, record: TokenRecord, expected: string | null): Promise<boolean>

  /** Removes the token if it is still the one with fingerprint `expected`. Answers whether it did. */
  remove(key: string, expected: string): Promise<boolean>

  /** Takes away whatever stands under the key and leaves no trace of it. */
  discard(key: string): Promise<void>

  /** Of those keys that the store knows something about. One round trip for hundreds of keys. */
  states(keys: readonly string[]): Promise<Map<string, StoredState>>

  /** All keys under which a token stands, readable or not, in no order. */
  keys(): AsyncIterable<string>

  getPause(credential: string): Promise<Pause | null>
  setPause(credential: string, pause: Pause): Promise<void>
  removePause(credential: string): Promise<void>

  /** Gives up connections, files and locks of its own. */
  close?(): Promise<void>
}

/** The right to ask a token endpoint for the token of one key, for a limited time. */
export interface Lease {
  /** Gives it back, if it is still held. Never rejects. Answers false when it was lost meanwhile. */
  release(): Promise<boolean>
}

export interface LeaseOptions {
  /** After this long somebody else may take a lease that was not given back, in milliseconds. */
  lifeMs: number
}

export type LeaseFactory = (options: LeaseOptions) => Leases

/** Lets one process of many ask at a time. */
export interface Leases {
  /**
   * @returns null when somebody else holds it; never waits for it
   * @throws when the leases cannot be reached
   */
  take(key: string): Promise<Lease | null>
}

/** Tells other processes that something changed under a key. News may get lost. */
export interface ChangeBus {
  /** Never rejects: who is not told finds out by looking. */
  announce(key: string): Promise<void>

  /** @param changed called for what this and other processes announce */
  listen(changed: (key: string) => void): Promise<void>
  close(): Promise<void>
}
