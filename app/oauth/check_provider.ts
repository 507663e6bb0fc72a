import { Secret } from '@adonisjs/core/helpers'
import type { ProviderChoice } from '#oauth/provider_config'
import { isSendable } from '#oauth/token_answer'
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

function endpointProblem({ endpoint, grant }: ProviderChoice): string | undefined {
  if (!endpoint) return grant.needsNoEndpoint ? undefined : 'endpoint" is missing'

  const urls = [endpoint.url].flat()
  if (urls.length === 0) return 'endpoint.url" is empty'
  const problem = urls.map(urlProblem).find((each) => each !== undefined)
  if (problem) return `endpoint.url" ${problem}`

  // Whoever has to try addresses must not hand the password to several hosts.
  const origins = new Set(urls.map((url) => new URL(url).origin))
  return origins.size > 1 ? 'endpoint.url" names more than one origin' : undefined
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
  companionProblem,
  keySetProblem,
  fallbackProblem,
  onFailureProblem,
]
