import type { JWTHeaderParameters, JWTPayload } from 'jose'
import { JwtRefused } from '#access/jwt/jwt_refused'

/** Media types of an access token (RFC 9068 §2.1); older servers write `JWT`, or nothing. */
const ACCESS_TOKEN = 'at+jwt'
const UNSAID = new Set(['jwt', ''])

/** What stands in tokens about a sign-in, which are for whoever asked for it (OpenID Connect Core §2, §3.3.2.11). */
const ID_TOKEN_CLAIMS = ['nonce', 'at_hash', 'c_hash', 's_hash']

/**
 * Other tokens of the same issuer bear the same signature: only what is meant for calling
 * an API may be used for it.
 *
 * @throws {JwtRefused}
 */
export function assertAccessToken(header: JWTHeaderParameters, claims: JWTPayload): void {
  const type = (header.typ ?? '').toLowerCase().replace(/^application\//, '')
  if (type !== ACCESS_TOKEN && !UNSAID.has(type)) throw new JwtRefused('jwt_type')

  const signIn = ID_TOKEN_CLAIMS.some((name) => Object.hasOwn(claims, name))
  if (type !== ACCESS_TOKEN && signIn) throw new JwtRefused('jwt_type')

  // Bound to a key or certificate of its holder, whose proof is not asked for here (RFC 7800 §3.1).
  if (Object.hasOwn(claims, 'cnf')) throw new JwtRefused('jwt_type')
}

/** @throws {JwtRefused} when the token does not say whom it is about */
export function subjectOf({ sub }: JWTPayload): string {
  if (typeof sub !== 'string' || sub === '') throw new JwtRefused('jwt_claims')
  return sub
}

/** The scopes of these claims, each of them a text with blanks between, or a list. */
export function scopesOf(claims: JWTPayload, names: readonly string[]): string[] {
  return names
    .flatMap((name) => (Object.hasOwn(claims, name) ? [claims[name]].flat() : []))
    .flatMap((value) => (typeof value === 'string' ? value.split(' ') : []))
}
