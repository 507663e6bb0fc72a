import { Secret } from '@adonisjs/core/helpers'
import type { ProviderChoice } from '#oauth/provider_config'
import { isSendable } from '#oauth/wire/token_answer'
import { urlProblem } from '#shared/url_problem'

/** The name of a header field (RFC 9110 §5.1). */
const HEADER_NAME = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/

/**
 * @throws when the entry of a provider contradicts itself, naming the file and the key
 */
export function checkProvider(name: string, provider: ProviderChoice): void {
  const problem = PROBLEMS.map((find) => find(provider)).find((each) => each !== undefined)
  if (problem) throw new Error(`config/oauth.ts: "providers.${name}.${problem}`)
}

function endpointProblem({ endpoint, issuer, grant }: ProviderChoice): string | undefined {
  if (!endpoint) return grant.needsNoEndpoint ? undefined : 'endpoint" is missing'
  if (endpoint.url === undefined) return issuer ? undefined : 'endpoint.url" is missing'

  const urls = [endpoint.url].flat()
  if (urls.length === 0) return 'endpoint.url" is empty'
  const problem = urls.map(urlProblem).find((each) => each !== undefined)
  if (problem) return `endpoint.url" ${problem}`

  // Whoever has to try addresses must not hand the password to several hosts.
  const origins = new Set(urls.map((url) => new URL(url).origin))
  return origins.size > 1 ? 'endpoint.url" names more than one origin' : undefined
}

function addressProblem({ issuer, signIn = {}, exchangeRedirectUris = [] }: ProviderChoice) {
  const { authorizationEndpoint, deviceAuthorizationEndpoint } = signIn
  const addresses: Record<string, readonly (string | undefined)[]> = {
    'issuer': [issuer],
    'signIn.authorizationEndpoint': [authorizationEndpoint],
    'signIn.deviceAuthorizationEndpoint': [deviceAuthorizationEndpoint],
    'exchangeRedirectUris': exchangeRedirectUris,
  }
  for (const [key, urls] of Object.entries(addresses)) {
    const problem = urls.map((url) => url && urlProblem(url)).find(Boolean)
    if (problem) return `${key}" ${problem}`
  }
  return undefined
}

function signInProblem(provider: ProviderChoice): string | undefined {
  const { grant, signIn = {}, issuer, scope = '', endpoint, exchangeRedirectUris } = provider
  if (exchangeRedirectUris && !endpoint) return 'exchangeRedirectUris" needs an "endpoint"'
  if (!grant.needsSignIn) return undefined

  const { authorizationEndpoint, deviceAuthorizationEndpoint } = signIn
  if (!issuer && !authorizationEndpoint && !deviceAuthorizationEndpoint) {
    return 'signIn" names no place to sign in at, and there is no "issuer" to ask for one'
  }
  const asksForIdToken = scope.split(' ').includes('openid')
  return asksForIdToken && !issuer
    ? 'issuer" is missing: ID tokens are checked against it'
    : undefined
}

function revocationProblem({ endpoint, revocation }: ProviderChoice): string | undefined {
  if (!revocation) return undefined
  if (!endpoint) return 'revocation" needs an "endpoint", whose client authentication it uses'
  const problem = urlProblem(revocation.url)
  return problem && `revocation.url" ${problem}`
}

function companionProblem({ companionHeaders = {} }: ProviderChoice): string | undefined {
  const bad = Object.keys(companionHeaders).find(
    (header) => !HEADER_NAME.test(header) || header.toLowerCase() === 'authorization'
  )
  return bad === undefined ? undefined : `companionHeaders" must not name "${bad}"`
}

function keySetProblem({ validate }: ProviderChoice): string | undefined {
  const problem = validate && urlProblem(validate.jwksUri)
  return problem && `validate.jwksUri" ${problem}`
}

/** A value that cannot be sent is not quoted either. */
function fallbackProblem({ fallbackToken }: ProviderChoice): string | undefined {
  if (fallbackToken === undefined) return undefined
  if (!(fallbackToken instanceof Secret)) return 'fallbackToken" must be a Secret'
  return isSendable(fallbackToken.release())
    ? undefined
    : 'fallbackToken" is empty, too long, or holds characters that no token has'
}

function onFailureProblem({ onFailure = 'refuse' }: ProviderChoice): string | undefined {
  return ['refuse', 'anonymous'].includes(onFailure)
    ? undefined
    : 'onFailure" must be "refuse" or "anonymous"'
}

const PROBLEMS = [
  endpointProblem,
  addressProblem,
  signInProblem,
  revocationProblem,
  companionProblem,
  keySetProblem,
  fallbackProblem,
  onFailureProblem,
]
