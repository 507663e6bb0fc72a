import type { AnswerRule } from '#oauth/wire/answer_rules'
import type { CredentialSource } from '#oauth/contracts'
import { grants } from '#oauth/grants'
import type { ProviderChoice, ProviderConfig } from '#oauth/provider_config'

/**
 * Codes of Orange's gateway that it may put in front of the token endpoint.
 *
 * @see https://developer.orange.com/resources/orange-apis-error-handling
 */
const ANSWER_RULES: readonly AnswerRule[] = [
  { member: 'code', values: [53, '53'], verdict: 'throttled' },
  {
    member: 'code',
    values: [40, 41, 50, 51, 52, '40', '41', '50', '51', '52'],
    verdict: 'terminal',
  },
  { member: 'code', values: [5, 6, '5', '6'], verdict: 'transient' },
]

/** Orange's token is sent, or nothing is. */
const REFUSED = ['fallbackToken', 'onFailure'] as const

/** An entry for Orange: it has nothing that would stand in for its token. */
export type OrangeProviderConfig = Omit<ProviderConfig, (typeof REFUSED)[number]>

/**
 * What is particular to tokens of Orange (Africa and Middle East): Basic authentication
 * with id and secret as they are, not form-encoded first.
 *
 * @see https://developer.orange.com/tech_guide/2-legged-oauth-2-v3
 */
export function orangeProvider(options: {
  tokenEndpoint: string
  credentials: CredentialSource
  scope?: string
}): OrangeProviderConfig {
  return {
    grant: grants.clientCredentials(),
    credentials: options.credentials,
    scope: options.scope,
    endpoint: {
      url: options.tokenEndpoint,
      clientAuthentication: 'basic',
      formEncodeCredentials: false,
      answerRules: ANSWER_RULES,
    },
  }
}

/**
 * @throws when the entry for Orange lets requests out without its token, naming file and key
 */
export function checkOrangeEntry(entry: ProviderChoice | undefined): void {
  const key = REFUSED.find((each) => entry?.[each] !== undefined)
  if (!key) return
  throw new Error(
    `config/oauth.ts: "providers.orange.${key}" must not be set: nothing is sent to Orange without its token`
  )
}
