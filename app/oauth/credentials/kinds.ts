import type { Secret } from '@adonisjs/core/helpers'

/** A client with a secret that both sides know (RFC 6749 §2.3.1). */
export interface ClientSecret {
  clientId: string
  clientSecret: Secret<string>

  /** A second secret that may work too: the one before, or the next, while it is being replaced. */
  otherClientSecret?: Secret<string>
}

/** The ready-made value of an Authorization header, as some portals show it. */
export interface AuthorizationHeader {
  authorizationHeader: Secret<string>
}

/** A client that signs with a key of its own (RFC 7523 §2.2). */
export interface ClientKey {
  clientId: string

  /** PEM (PKCS #8), or a JWK as JSON text (RFC 7517). */
  privateKey: Secret<string>

  /** By which the server finds the public key: `kid` of the assertion (RFC 7515 §4.1.4). */
  keyId?: string

  /** SHA-256 of the certificate in base64url: `x5t#S256` of the assertion (RFC 7515 §4.1.8). */
  certificateThumbprint?: string
}

/** A client that has nothing to keep secret (RFC 6749 §2.1). */
export interface PublicClient {
  clientId: string
}

/** How we prove to a token endpoint which client we are. */
export type Client = ClientSecret | AuthorizationHeader | ClientKey | PublicClient

/** An account that signs in with a name and a password (RFC 6749 §4.3, and login APIs). */
export interface Login {
  username: string
  password: Secret<string>

  /** The client through which it does, where the server wants one. */
  client?: Client
}

/** A token that a person was given and that nobody has to be asked for. */
export interface GivenToken {
  token: Secret<string>

  /** When it ends, in milliseconds since 1970. Absent: nobody said. */
  expiresAt?: number
}

/** What a tenant has been given by a provider. */
export type ClientCredentials = Client | Login | GivenToken
