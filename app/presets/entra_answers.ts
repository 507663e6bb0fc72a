import type { AnswerRule } from '#oauth/wire/answer_rules'

/**
 * The AADSTS codes on which the verdict depends. Microsoft may refine codes at any time:
 * those that are not here are judged by `error`, and recorded.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code#expected-errors
 */
export const ENTRA_ANSWER_RULES: readonly AnswerRule[] = [
  // The application's registration: a person has to mend it.
  terminal([7_000_215], 'client_secret_wrong'),
  terminal([7_000_222], 'client_secret_expired'),
  terminal([700_027, 700_024, 700_030], 'client_assertion_refused'),
  terminal([700_016], 'application_unknown'),
  terminal([7_000_112], 'application_disabled'),
  terminal([90_002, 900_023], 'directory_unknown'),
  terminal([500_011, 70_011, 28_000], 'scope_refused'),

  // One person's sign-in: others are not concerned.
  ofOnePerson([700_082, 700_084, 70_043, 70_008], 'refresh_token_expired'),
  ofOnePerson([50_173, 70_000, 54_005], 'grant_revoked'),
  ofOnePerson([500_133, 50_013, 50_027], 'assertion_refused'),
  ofOnePerson([65_001, 90_094], 'consent_missing'),
  ofOnePerson([50_076, 50_079, 50_078, 50_158, 50_072, 50_074], 'interaction_required'),
  ofOnePerson([53_000, 53_001, 53_002, 53_003], 'conditional_access'),
  ofOnePerson([50_126, 50_034], 'password_wrong'),
  ofOnePerson([50_020], 'account_unknown'),
  ofOnePerson([50_053], 'account_locked'),
  ofOnePerson([50_055], 'password_expired'),
  ofOnePerson([50_057], 'account_disabled'),

  // Somebody with a code from a device.
  {
    member: 'error',
    values: ['authorization_declined'],
    verdict: 'terminal_for_key',
    reason: 'access_denied',
  },
  {
    member: 'error',
    values: ['bad_verification_code'],
    verdict: 'terminal_for_key',
    reason: 'device_code_unknown',
  },

  // The service itself.
  { member: 'error_codes', values: [50_196], verdict: 'throttled', reason: 'request_loop' },
  {
    member: 'error_codes',
    values: [90_033, 90_012, 50_033],
    verdict: 'transient',
    reason: 'service_trouble',
  },

  // Whatever else: the code is recorded, in whichever of the two it stands.
  { member: 'error_description', matches: /^AADSTS\d{4,8}(?=:)/ },
]

function terminal(values: readonly number[], reason: string): AnswerRule {
  return { member: 'error_codes', values, verdict: 'terminal', reason }
}

function ofOnePerson(values: readonly number[], reason: string): AnswerRule {
  return { member: 'error_codes', values, verdict: 'terminal_for_key', reason }
}
