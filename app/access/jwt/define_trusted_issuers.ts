import { ABILITIES, BY_NAME_ONLY, type Ability } from '#access/abilities'
import { SIGNATURE_ALGORITHMS, type TrustedIssuer } from '#access/jwt/trusted_issuer'
import { urlProblem } from '#shared/url_problem'

/**
 * @throws when an entry would admit nobody, or more than it says, naming the file and the key
 */
export function defineTrustedIssuers(issuers: readonly TrustedIssuer[]): readonly TrustedIssuer[] {
  const names = new Set<string>()

  for (const [index, entry] of issuers.entries()) {
    const problem = problemOf(entry) ?? (names.has(entry.issuer) && 'issuer" is there twice')
    if (problem) throw new Error(`config/auth.ts: "trustedIssuers[${index}].${problem}`)
    names.add(entry.issuer)
  }
  return issuers
}

/** The rest of a message that begins with the place of the entry. */
function problemOf(entry: TrustedIssuer): string | undefined {
  return (
    emptyProblem(entry) ??
    keySetProblem(entry) ??
    accountProblem(entry) ??
    abilitiesProblem(entry) ??
    algorithmsProblem(entry)
  )
}

function emptyProblem(entry: TrustedIssuer): string | undefined {
  const texts = ['issuer', 'audience', 'jwksUri', 'account'] as const
  const empty = texts.find((key) => typeof entry[key] !== 'string' || entry[key].trim() === '')
  if (empty) return `${empty}" is empty`

  return entry.scopeClaim?.trim() === '' ? 'scopeClaim" is empty' : undefined
}

function keySetProblem({ jwksUri }: TrustedIssuer): string | undefined {
  const problem = urlProblem(jwksUri)
  return problem && `jwksUri" ${problem}`
}

function accountProblem({ account }: TrustedIssuer): string | undefined {
  return /^[^\s@]+@[^\s@]+$/.test(account) ? undefined : 'account" is not an e-mail address'
}

function abilitiesProblem({ abilities }: TrustedIssuer): string | undefined {
  const scopes = Object.entries(abilities ?? {})
  if (scopes.length === 0) return 'abilities" is empty'

  for (const [scope, given] of scopes) {
    // In a token, a blank ends a scope (RFC 6749 §3.3).
    if (scope === '' || /\s/.test(scope)) return `abilities" names "${scope}", which is no scope`
    if (!Array.isArray(given) || given.length === 0) return `abilities.${scope}" is empty`

    const problem = given.map(abilityProblem).find((each) => each !== undefined)
    if (problem) return `abilities.${scope}" names ${problem}`
  }
  return undefined
}

function abilityProblem(ability: Ability): string | undefined {
  if (!ABILITIES.includes(ability)) return `"${ability}", which is no ability`
  if (!BY_NAME_ONLY.includes(ability)) return undefined
  return `"${ability}", which no role has: it takes an API token`
}

function algorithmsProblem({ algorithms }: TrustedIssuer): string | undefined {
  if (!algorithms) return undefined
  if (algorithms.length === 0) return 'algorithms" is empty'

  const other = algorithms.find((each) => !SIGNATURE_ALGORITHMS.includes(each))
  return other && `algorithms" names "${other}", which is no signature by a private key`
}
