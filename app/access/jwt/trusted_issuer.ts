import type { Ability } from '#access/abilities'

/**
 * Signatures that only the holder of a private key can make (RFC 7518 §3.1, RFC 9864 §2.2).
 * Whoever can check an HMAC can make one, and `none` is no signature.
 */
export const SIGNATURE_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const

export type SignatureAlgorithm = (typeof SIGNATURE_ALGORITHMS)[number]

export const DEFAULT_ALGORITHMS: readonly SignatureAlgorithm[] = [
  'RS256',
  'PS256',
  'ES256',
  'EdDSA',
  'Ed25519',
]

/** An authorization server whose JWT access tokens (RFC 9068) admit callers. */
export interface TrustedIssuer {
  /** Its name, to the letter as `iss` has it (RFC 7519 §4.1.1). */
  issuer: string

  /** This gateway as the issuer names it: `aud` must be it, or hold it (RFC 7519 §4.1.3). */
  audience: string

  /** Where it publishes the keys that it signs with (RFC 7517 §5). */
  jwksUri: string

  /**
   * E-mail address of the gateway's user that its callers act as. Messages belong to that
   * user, its role bounds what callers may do, and disabling it turns all of them away.
   */
  account: string

  /**
   * What each scope allows, within the role of the account. Scopes that are not listed allow
   * nothing. Abilities that no role has cannot be given: they take an API token.
   */
  abilities: Readonly<Record<string, readonly Ability[]>>

  /**
   * The claim that holds the scopes, as a text or a list. Default: `scope` (RFC 9068 §2.2.3)
   * and `scp`. Some servers tell what an application may do in `roles`.
   */
  scopeClaim?: string

  /** Accepted signatures. Default: RS256, PS256, ES256, EdDSA and Ed25519. */
  algorithms?: readonly SignatureAlgorithm[]
}
