import { grants } from '#oauth/grants'
import type { CredentialsChoice, GrantFactory, ProviderWith } from '#oauth/provider_config'

export interface EpicOptions<Credentials extends CredentialsChoice> {
  /** Of one organisation, e.g. `https://fhir.epic.com/interconnect-fhir-oauth`: every one has its own. */
  baseUrl: string

  /** A key for a backend service; a secret for an application that people sign in to. */
  credentials: Credentials
  scope?: string

  /** Default: client credentials, of a backend service. */
  grant?: GrantFactory

  /** Default: `private_key_jwt`, as a backend service has to. */
  clientAuthentication?: 'private_key_jwt' | 'basic'

  /** The FHIR server that people sign in for: `aud`, which organisations may insist on. */
  fhirBaseUrl?: string

  /** Where applications may have codes sent that they exchange here. */
  exchangeRedirectUris?: readonly string[]
}

/**
 * Epic on FHIR. A backend service signs with RS384 and may not let its assertion live for more
 * than five minutes. A refusal says `invalid_client` and never why.
 *
 * @see https://fhir.epic.com/Documentation?docId=oauth2
 */
export function epic<Credentials extends CredentialsChoice>(
  options: EpicOptions<Credentials>
): ProviderWith<Credentials> {
  const { baseUrl, fhirBaseUrl, exchangeRedirectUris } = options
  return {
    grant: options.grant ?? grants.clientCredentials(),
    credentials: options.credentials,
    scope: options.scope,
    exchangeRedirectUris,
    signIn: {
      authorizationEndpoint: `${baseUrl}/oauth2/authorize`,
      parameters: fhirBaseUrl === undefined ? {} : { aud: fhirBaseUrl },
    },
    endpoint: {
      url: `${baseUrl}/oauth2/token`,
      clientAuthentication: options.clientAuthentication ?? 'private_key_jwt',
      clientAssertion: { algorithm: 'RS384' },
    },
  }
}
