import type { ProviderChoice } from '#oauth/provider_config'
import { urlProblem } from '#shared/url_problem'

/** The name of a header field (RFC 9110 §5.1). */
const HEADER_NAME = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/

/**
 * @throws when the entry of a provider contradicts itself, naming the file and the key
 */
export function checkProvider(name: string, provider: ProviderChoice): void {
  const problem =
    endpointProblem(provider) ??
    revocationProblem(provider) ??
    companionProblem(provider) ??
    keySetProblem(provider)
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
