/** Everything that a caller may be allowed to do. Each guarded route takes one of them. */
export const ABILITIES = [
  'sms:send',
  'sms:read',
  'sms:read:all',
  'sms:manage',
  'oauth:read',
  'oauth:manage',
  'oauth:exchange',
  'access:manage',
  'audit:read',
  'token:read',
] as const

export type Ability = (typeof ABILITIES)[number]

/** A role is a name for a set of abilities. */
export const ROLES = {
  admin: ['oauth:read', 'oauth:manage', 'access:manage', 'sms:manage', 'sms:read:all'],
  reviewer: ['audit:read', 'oauth:read'],
  sender: ['sms:send', 'sms:read'],
} as const satisfies Record<string, readonly Ability[]>

export type Role = keyof typeof ROLES

export const ROLE_NAMES = Object.keys(ROLES) as Role[]

/** Abilities that no role has: they count only where a token names them. */
export const BY_NAME_ONLY: readonly Ability[] = ['oauth:exchange', 'token:read']

/** In a token: all that the role has, now and later. */
export const EVERYTHING_OF_THE_ROLE = '*'

/** Whoever may do the first may do the second, which is the smaller part of it. */
const IMPLIED = [['sms:read:all', 'sms:read']] as const satisfies [Ability, Ability][]

/** What a role allows by itself. A role that is not known allows nothing. */
export function abilitiesOfRole(role: string): readonly Ability[] {
  return Object.hasOwn(ROLES, role) ? ROLES[role as Role] : []
}

/**
 * What a caller may do: the abilities that both the role and the token have. A token
 * never widens its owner's role, except by the abilities that no role has.
 */
export function abilitiesOf(role: string, granted: readonly string[]): ReadonlySet<Ability> {
  const all = granted.includes(EVERYTHING_OF_THE_ROLE)
  const ofRole = abilitiesOfRole(role).filter((ability) => all || granted.includes(ability))
  const byName = BY_NAME_ONLY.filter((ability) => granted.includes(ability))

  const abilities = new Set<Ability>([...ofRole, ...byName])
  for (const [larger, smaller] of IMPLIED) {
    if (abilities.has(larger)) abilities.add(smaller)
  }
  return abilities
}

/** Which of the abilities a token of this role can not be given. */
export function abilitiesBeyond(role: string, wanted: readonly Ability[]): Ability[] {
  const possible = [...abilitiesOfRole(role), ...BY_NAME_ONLY]
  return wanted.filter((ability) => !possible.includes(ability))
}
