import type { Secret } from '@adonisjs/core/helpers'
import type { SignedIn } from '#oauth/sign_in/contracts'
import type { Actor } from '#shared/event_recorder'

/** A sign-in between its beginning and the moment when the browser comes back. */
export interface PendingSignIn {
  who: SignedIn

  /** Who began it: the browser that comes back brings no name. */
  actor?: Actor

  /** Where the browser comes back to. */
  redirectUri: string

  /** Proves that whoever brings the code began it (RFC 7636 §4.1). */
  codeVerifier: Secret<string>

  /** Ties the ID token to it (OpenID Connect Core §3.1.2.1). Absent: none is expected. */
  nonce?: string
}

/** Sign-ins under way, found again by the `state` that the browser brings back (RFC 6749 §10.12). */
export interface PendingSignIns {
  /** @param expiresAt in milliseconds since 1970 */
  add(state: string, pending: PendingSignIn, expiresAt: number): Promise<void>

  /** Each can be taken once, and before it expires. */
  take(state: string): Promise<PendingSignIn | null>
}
