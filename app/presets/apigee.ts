import type { AnswerRule } from '#oauth/wire/answer_rules'
import { grants } from '#oauth/grants'
import type { CredentialsChoice, ProviderWith } from '#oauth/provider_config'

/**
 * Apigee names errors in two ways: the OAuth policy's own answer, and faults, which may carry a
 * status of 500 whatever happened.
 *
 * @see https://cloud.google.com/apigee/docs/api-platform/reference/policies/oauth-http-status-code-reference
 */
export const APIGEE_ANSWER_RULES: readonly AnswerRule[] = [
  fault(/^policies\.ratelimit\.(QuotaViolation|SpikeArrestViolation)$/, {
    verdict: 'throttled',
    reason: 'quota_exceeded',
  }),
  fault(/^oauth\.v2\.(InvalidClientIdentifier|InvalidClientSecret)$/, {
    verdict: 'terminal',
    reason: 'invalid_client',
  }),
  fault(/^keymanagement\.service\.(invalid_client|CompanyStatus|DeveloperStatus)[\w-]{0,60}$/, {
    verdict: 'terminal',
    reason: 'application_disabled',
  }),
  {
    member: 'ErrorCode',
    values: ['invalid_client'],
    verdict: 'terminal',
    reason: 'invalid_client',
  },
  { member: 'ErrorCode', values: ['invalid_request'], verdict: 'terminal' },
]

function fault(matches: RegExp, { verdict, reason }: Pick<AnswerRule, 'verdict' | 'reason'>) {
  const evenWhenPassing = true as const
  return { member: 'fault.detail.errorcode', matches, verdict, reason, evenWhenPassing }
}

export interface ApigeeOptions<Credentials extends CredentialsChoice> {
  /** Where the API's owner has put the OAuth policy. */
  tokenEndpoint: string
  credentials: Credentials
  scope?: string
}

/**
 * An API behind Apigee: client credentials in the body. Its tokens say that they are of the
 * type `BearerToken`, and their life is a number in quotes.
 *
 * @see https://cloud.google.com/apigee/docs/api-platform/security/oauth/access-tokens
 */
export function apigee<Credentials extends CredentialsChoice>({
  tokenEndpoint,
  credentials,
  scope,
}: ApigeeOptions<Credentials>): ProviderWith<Credentials> {
  return {
    grant: grants.clientCredentials(),
    credentials,
    scope,
    endpoint: {
      url: tokenEndpoint,
      clientAuthentication: 'post',
      answerRules: APIGEE_ANSWER_RULES,
      answerFormat: { tokenType: 'assumed' },
    },
  }
}
