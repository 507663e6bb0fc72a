import type { Secret } from '@adonisjs/core/helpers'
import type { TransactionClientContract } from '@adonisjs/lucid/types/database'
import type { Leases } from '#oauth/contracts'

/** Who signed in: the account for which a refresh token speaks. */
export interface SignedIn {
  provider: string

  /** The organisation through whose client somebody signed in; the provider's own one when absent. */
  tenant?: string

  /** Which of several accounts, where there are several: a label that may stand in the trail for good. */
  subject?: string
}

/** What a provider gave when somebody signed in, or when the one before was spent (RFC 6749 §1.5). */
export interface NewRefreshToken {
  refreshToken: Secret<string>

  /** When it ends, in milliseconds since 1970. Absent: the provider did not say. */
  expiresAt?: number
}

/** A refresh token as it is kept. */
export interface KeptRefreshToken extends NewRefreshToken {
  /** Grows with every token that stands here: names the one that was read. */
  sequence: number

  /** When somebody signed in, in milliseconds since 1970. */
  signedInAt: number
}

/** What can be told without the refresh token itself. Instants are milliseconds since 1970. */
export interface SignInState {
  signedInAt: number
  expiresAt?: number

  /** Why it is over, when it is: somebody has to sign in again. */
  endedBy?: string
}

/** More work of the transaction that changes a row: both commit, or neither. */
export type Alongside = (trx: TransactionClientContract) => Promise<void>

/**
 * The refresh tokens of everybody who signed in. They are credentials: nothing but a person
 * can bring a lost one back, so they are durable before what was issued with them is used.
 *
 * Every method rejects with {@link StoreUnavailable} when they cannot be reached.
 */
export interface RefreshTokens {
  /**
   * @returns null when nobody signed in, or it is over
   * @throws {CredentialsUnreadable} when the row is damaged, or its key is gone
   */
  find(who: SignedIn): Promise<KeptRefreshToken | null>
  state(who: SignedIn): Promise<SignInState | null>

  /** Somebody signed in: whatever stood there is over. */
  signIn(who: SignedIn, token: NewRefreshToken, alongside?: Alongside): Promise<void>

  /** The provider gave another one for the one with this number. Answers whether that one still stood there. */
  rotate(who: SignedIn, token: NewRefreshToken, sequence: number): Promise<boolean>

  /** Somebody gives the account up. Answers what stood there, if it can be read. */
  signOut(who: SignedIn, alongside?: Alongside): Promise<NewRefreshToken | null>

  /**
   * The one with this number is dead. It is forgotten; that it was there and
   * why it is over stays known. Answers whether it still stood there.
   */
  end(who: SignedIn, reason: string, sequence: number, alongside?: Alongside): Promise<boolean>
}

/** Where refresh tokens are, and the turns that are taken at spending them. */
export interface SignInKeeping {
  refreshTokens: RefreshTokens

  /** Of the database that keeps them: processes that see the same token take the same turns. */
  turns: Leases
}
