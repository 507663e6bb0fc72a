import {
  allowInsecureRequests,
  AuthorizationResponseError,
  Configuration,
  customFetch,
  ResponseBodyError,
  type ClientAuth,
  type CustomFetch,
  type ServerMetadata,
} from 'openid-client'

/** How openid-client speaks to a provider. */
export interface OpenidMeans {
  /** Absent: nothing is sent. */
  fetch?: CustomFetch

  /** By which the client proves itself. Absent where our own endpoint does that. */
  proof?: ClientAuth
}

const SENT_TO = [
  'authorization_endpoint',
  'token_endpoint',
  'device_authorization_endpoint',
] as const

/** RFC 6749 §4.1.2.1 and OpenID Connect Core §3.1.2.6; whatever else a browser brings is quoted nowhere. */
const STANDARD_ERRORS = [
  'invalid_request',
  'invalid_client',
  'unauthorized_client',
  'access_denied',
  'unsupported_response_type',
  'invalid_scope',
  'server_error',
  'temporarily_unavailable',
  'interaction_required',
  'login_required',
  'consent_required',
]

export function openidConfiguration(
  metadata: ServerMetadata,
  clientId: string,
  { fetch, proof = () => {} }: OpenidMeans
): Configuration {
  const configuration = new Configuration(metadata, clientId, undefined, proof)
  if (fetch) configuration[customFetch] = fetch

  // Addresses without TLS got through our own check: they are on this machine.
  const addresses = SENT_TO.flatMap((name) => metadata[name] ?? [])
  if (addresses.some((url) => url.startsWith('http:'))) allowInsecureRequests(configuration)
  return configuration
}

/** What the library and the provider say may quote anything: only a word that we know is kept. */
export function reasonOf(error: unknown): string {
  const said =
    error instanceof AuthorizationResponseError || error instanceof ResponseBodyError
      ? error.error
      : undefined
  return said !== undefined && STANDARD_ERRORS.includes(said) ? said : 'rejected_response'
}
