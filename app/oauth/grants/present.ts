import type { RequestParameters } from '#oauth/wire/request_body'

/** The parameters that have a value: an empty one counts as absent (RFC 6749 §3.2). */
export function present(
  parameters: Record<string, RequestParameters[string] | undefined>
): RequestParameters {
  const given = Object.entries(parameters).filter(
    ([, value]) => value !== undefined && value !== ''
  )
  return Object.fromEntries(given) as RequestParameters
}
