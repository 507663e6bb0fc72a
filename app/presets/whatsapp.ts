import type { AnswerRule } from '#oauth/wire/answer_rules'
import { grants } from '#oauth/grants'
import type { StaticTokenOptions } from '#oauth/grants/static_token'
import type { CredentialsChoice, ProviderWith } from '#oauth/provider_config'

/**
 * What the API's errors say about the token: 190 is its end, for one of the reasons in the
 * subcode, which newer versions leave out. Only a person can give a new one.
 *
 * @see https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes
 * @see https://developers.facebook.com/docs/graph-api/guides/error-handling
 */
export const WHATSAPP_API_RULES: readonly AnswerRule[] = [
  ended([463], 'token_expired'),
  ended([460], 'password_changed'),
  ended([458], 'application_removed'),
  ended([459, 464], 'account_locked'),
  ended([467, 492], 'session_over'),
  code([190], 'terminal', 'token_refused'),
  code([0], 'terminal', 'token_refused'),
  code([3, 10], 'terminal_for_key', 'permission_missing'),
  code([368, 131_031], 'terminal', 'account_locked'),
  code([4, 80_007, 130_429], 'throttled', 'rate_limit'),
  code([1, 2, 131_000, 131_016, 133_004], 'transient', 'service_trouble'),
]

function ended(values: readonly number[], reason: string): AnswerRule {
  return { member: 'error.error_subcode', values, verdict: 'terminal', reason }
}

function code(
  values: readonly number[],
  verdict: AnswerRule['verdict'],
  reason: string
): AnswerRule {
  return { member: 'error.code', values, verdict, reason }
}

export interface WhatsappOptions<Credentials extends CredentialsChoice> extends StaticTokenOptions {
  /** The token of a system user, with its end if it has one. */
  credentials: Credentials
}

/**
 * WhatsApp's Cloud API: the token of a system user, made by a person in Meta's business settings.
 * Nobody is asked for it.
 *
 * @see https://developers.facebook.com/docs/whatsapp/business-management-api/get-started#system-user-access-tokens
 */
export function whatsapp<Credentials extends CredentialsChoice>({
  credentials,
  ...life
}: WhatsappOptions<Credentials>): ProviderWith<Credentials> {
  return { grant: grants.staticToken(life), credentials, apiRules: WHATSAPP_API_RULES }
}
