import { grants } from '#oauth/grants'
import type { CredentialsChoice, GrantFactory, ProviderWith } from '#oauth/provider_config'
import { ENTRA_ANSWER_RULES } from '#presets/entra_answers'

/** Where the directories of each national cloud sign in. */
const AUTHORITIES = {
  global: 'https://login.microsoftonline.com',
  us_government: 'https://login.microsoftonline.us',
  china: 'https://login.partner.microsoftonline.cn',
}

export interface EntraOptions<Credentials extends CredentialsChoice> {
  /** The directory: its id or one of its domain names. */
  tenantId: string

  /** With a secret, or with a key and the thumbprint of its certificate. */
  credentials: Credentials

  /** For client credentials `<API>/.default`; for others the permissions that are wanted. */
  scope: string

  /** Default: client credentials. */
  grant?: GrantFactory

  /** How the client proves itself. Default: by a secret, `post`; `none` for one that has none, such as a device's. */
  clientAuthentication?: 'post' | 'private_key_jwt' | 'none'

  /** Where applications may have codes sent that they exchange here. */
  exchangeRedirectUris?: readonly string[]

  /** Default: `global`. */
  cloud?: keyof typeof AUTHORITIES

  /** Another address in place of the cloud's. */
  authority?: string

  /** Tokens for an API of one's own are looked into. Those for APIs of Microsoft are not for us to read. */
  validate?: { audience: string; scope?: string }
}

/**
 * Microsoft Entra ID, version 2.0 of its endpoints.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow
 * @see https://learn.microsoft.com/entra/identity-platform/certificate-credentials
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code
 */
export function entra<Credentials extends CredentialsChoice>(
  options: EntraOptions<Credentials>
): ProviderWith<Credentials> {
  const { cloud = 'global', authority = AUTHORITIES[cloud], validate } = options
  const tenant = `${authority}/${encodeURIComponent(options.tenantId)}`

  return {
    grant: options.grant ?? grants.clientCredentials(),
    credentials: options.credentials,
    scope: options.scope,
    issuer: `${tenant}/v2.0`,
    exchangeRedirectUris: options.exchangeRedirectUris,
    signIn: {
      authorizationEndpoint: `${tenant}/oauth2/v2.0/authorize`,
      deviceAuthorizationEndpoint: `${tenant}/oauth2/v2.0/devicecode`,
    },
    endpoint: {
      url: `${tenant}/oauth2/v2.0/token`,
      clientAuthentication: options.clientAuthentication ?? 'post',
      clientAssertion: { algorithm: 'PS256' },
      answerRules: ENTRA_ANSWER_RULES,
    },
    validate: validate && {
      ...validate,
      issuer: `${tenant}/v2.0`,
      jwksUri: `${tenant}/discovery/v2.0/keys`,
    },
  }
}
