import { errors } from 'jose'

/** Why a JWT admits nobody, as a word for programs. */
export type JwtRefusal =
  | 'jwt_malformed'
  | 'jwt_untrusted_issuer'
  | 'jwt_algorithm'
  | 'jwt_unknown_key'
  | 'jwt_signature'
  | 'jwt_type'
  | 'jwt_audience'
  | 'jwt_expired'
  | 'jwt_not_yet_valid'
  | 'jwt_claims'

/** A JWT admits nobody. Quotes nothing of it. */
export class JwtRefused extends Error {
  override readonly name = 'JwtRefused'

  constructor(readonly reason: JwtRefusal) {
    super(`The token was refused: ${reason}`)
  }
}

const CLAIMS: Record<string, JwtRefusal> = { aud: 'jwt_audience', nbf: 'jwt_not_yet_valid' }

/** The first kind that an error is of decides. */
const KINDS: [kind: abstract new (...parts: never[]) => Error, reason: JwtRefusal][] = [
  [errors.JOSEAlgNotAllowed, 'jwt_algorithm'],
  [errors.JWKSNoMatchingKey, 'jwt_unknown_key'],
  // Without a `kid`, several keys could have been meant.
  [errors.JWKSMultipleMatchingKeys, 'jwt_unknown_key'],
  [errors.JWSSignatureVerificationFailed, 'jwt_signature'],
  [errors.JWTExpired, 'jwt_expired'],
  [errors.JOSEError, 'jwt_malformed'],
]

/** What the library says of a token may quote it: only the kind of its error is kept. */
export function jwtRefusalOf(error: unknown): JwtRefused | undefined {
  if (error instanceof errors.JWTClaimValidationFailed) {
    const { claim, reason } = error
    return new JwtRefused((reason === 'check_failed' && CLAIMS[claim]) || 'jwt_claims')
  }
  const known = KINDS.find(([kind]) => error instanceof kind)
  return known && new JwtRefused(known[1])
}
