import type { AnswerRule } from '#oauth/wire/answer_rules'
import { grants } from '#oauth/grants'
import type { CredentialsChoice, ProviderWith } from '#oauth/provider_config'

/**
 * The domain of each region. Organisations live in one, and are unknown in all others.
 *
 * @see https://developer.genesys.cloud/platform/api/
 */
export const GENESYS_REGIONS = {
  'us-east-1': 'mypurecloud.com',
  'us-east-2': 'use2.us-gov-pure.cloud',
  'us-west-2': 'usw2.pure.cloud',
  'ca-central-1': 'cac1.pure.cloud',
  'sa-east-1': 'sae1.pure.cloud',
  'eu-west-1': 'mypurecloud.ie',
  'eu-west-2': 'euw2.pure.cloud',
  'eu-central-1': 'mypurecloud.de',
  'eu-central-2': 'euc2.pure.cloud',
  'me-central-1': 'mec1.pure.cloud',
  'ap-south-1': 'aps1.pure.cloud',
  'ap-southeast-2': 'mypurecloud.com.au',
  'ap-northeast-1': 'mypurecloud.jp',
  'ap-northeast-2': 'apne2.pure.cloud',
  'ap-northeast-3': 'apne3.pure.cloud',
}

/** Beside the errors of RFC 6749, those of Genesys' own APIs stand in `code`. */
const ANSWER_RULES: readonly AnswerRule[] = [
  { member: 'code', values: ['too.many.requests'], verdict: 'throttled' },
  {
    member: 'code',
    values: ['bad.credentials', 'authentication.required'],
    verdict: 'terminal',
    reason: 'invalid_client',
  },
]

export interface GenesysOptions<Credentials extends CredentialsChoice> {
  region: keyof typeof GENESYS_REGIONS
  credentials: Credentials

  /** Another address in place of the region's. */
  loginUrl?: string
}

/**
 * Genesys Cloud: client credentials by Basic authentication, id and secret as they are. What a
 * token may do is decided by the roles of the client, so there is no scope.
 *
 * @see https://developer.genesys.cloud/authorization/platform-auth/use-client-credentials
 */
export function genesys<Credentials extends CredentialsChoice>({
  region,
  credentials,
  loginUrl,
}: GenesysOptions<Credentials>): ProviderWith<Credentials> {
  const origin = loginUrl ?? `https://login.${GENESYS_REGIONS[region]}`

  return {
    grant: grants.clientCredentials(),
    credentials,
    endpoint: {
      url: `${origin}/oauth/token`,
      clientAuthentication: 'basic',
      formEncodeCredentials: false,
      answerRules: ANSWER_RULES,
    },
  }
}
