import type { AccessToken } from '@adonisjs/auth/access_tokens'
import { type Ability, abilitiesOf, EVERYTHING_OF_THE_ROLE } from '#access/abilities'
import type { TrustedIssuer } from '#access/jwt/trusted_issuer'
import type User from '#access/models/user'

/** A token that is still valid. Its value is known to its holder alone. */
export interface HeldToken {
  id: string
  name: string | null

  /** What its holder may do with it today. */
  abilities: Ability[]

  /** What it was issued for. `*` is all that the role has. */
  granted: string[]
  createdAt: string
  lastUsedAt: string | null
  expiresAt: string | null
}

/** An issuer whose callers act as the user. Who they are is known to the issuer alone. */
export interface AdmittingIssuer {
  issuer: string
  audience: string

  /** What each scope allows today. */
  abilities: Record<string, Ability[]>
}

export interface AccessOfUser {
  userId: number
  email: string
  role: string

  /** What the role allows; nothing, while the user is disabled. */
  abilities: Ability[]
  disabledAt: string | null
  createdAt: string

  /** The newest first. */
  tokens: HeldToken[]

  /** How many more there are than are listed. */
  tokensLeftOut: number

  /** Whose JWTs admit callers as this user. */
  issuers: AdmittingIssuer[]
}

/** @param given the tokens of the user, and every issuer that is trusted */
export function accessOf(
  user: User,
  given: { tokens?: AccessToken[]; total?: number; issuers: readonly TrustedIssuer[] }
): AccessOfUser {
  const { tokens = [], total = 0, issuers } = given

  return {
    userId: user.id,
    email: user.email,
    role: user.role,
    abilities: abilitiesToday(user, [EVERYTHING_OF_THE_ROLE]),
    disabledAt: user.disabledAt?.toUTC().toISO() ?? null,
    createdAt: user.createdAt.toUTC().toISO()!,
    tokens: tokens.map((token) => heldToken(token, user)),
    tokensLeftOut: total - tokens.length,
    issuers: issuers
      .filter(({ account }) => account.toLowerCase() === user.email)
      .map((entry) => admittingIssuer(entry, user)),
  }
}

function heldToken(token: AccessToken, user: User): HeldToken {
  return {
    id: String(token.identifier),
    name: token.name,
    abilities: abilitiesToday(user, token.abilities),
    granted: token.abilities,
    createdAt: token.createdAt.toISOString(),
    lastUsedAt: token.lastUsedAt?.toISOString() ?? null,
    expiresAt: token.expiresAt?.toISOString() ?? null,
  }
}

function admittingIssuer(entry: TrustedIssuer, user: User): AdmittingIssuer {
  const { issuer, audience } = entry
  const abilities = Object.entries(entry.abilities).map(([scope, given]): [string, Ability[]] => [
    scope,
    abilitiesToday(user, given),
  ])
  return { issuer, audience, abilities: Object.fromEntries(abilities) }
}

function abilitiesToday({ role, disabledAt }: User, granted: readonly string[]): Ability[] {
  return disabledAt ? [] : [...abilitiesOf(role, granted)]
}
