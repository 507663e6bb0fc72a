import type { TokenRequestFacts } from '#oauth/errors'
import type { TokenVerdict } from '#oauth/life/pause'

const CLIENT =
  "Compare the client id and secret with those in the provider's portal: a secret may have been replaced, a client disabled."
const ADDRESS = 'Compare the address of the token endpoint in config/oauth.ts with the documents.'
const GRANT =
  'What is exchanged for the token has ended or was revoked: obtain it anew (a sign-in, an assertion, a password).'
const SIGN_IN = 'Nobody is signed in for it any more: somebody has to (token:login).'

/** What to do about the reasons that need somebody. */
const BY_REASON: Readonly<Record<string, string>> = {
  invalid_client: CLIENT,
  unauthorized_client: 'The provider does not let this client use this grant: change one of them.',
  unsupported_grant_type: 'The provider does not know this grant: choose another one.',
  invalid_scope: 'Compare the scope with what the provider has granted this client.',
  invalid_request:
    'The provider finds the request malformed: compare the entry with its documents.',
  invalid_grant: GRANT,
  sign_in_required: SIGN_IN,
  refresh_token_expired: SIGN_IN,
  grant_revoked: SIGN_IN,
  interaction_required: 'The provider wants to see the person: sign in anew (token:login).',
  assertion_missing: 'Its tokens are for those who call with one: there is none to test without.',
  credentials_unfit:
    'The credentials are of another kind than the grant or `clientAuthentication` of the entry needs.',
  static_token_expired:
    'The token that stands among the credentials has ended: put a new one there.',
  certificate_invalid:
    'The certificate of the provider is not trusted here: check the address, or trust its authority.',
  dns_failed: 'The name in the address does not resolve here: check it, and the resolver.',
  rejected_response:
    'The answer holds no usable token: compare `answerFormat` and `validate` of the entry with what the provider sends.',
  http_401: CLIENT,
  http_403: CLIENT,
  http_404: ADDRESS,
  http_405: ADDRESS,
}

const BY_VERDICT: Readonly<Record<TokenVerdict, string>> = {
  transient: 'It passes by itself: gateways try again on their own. Try again, too.',
  throttled: 'The provider was asked too often: leave it alone for as long as it says.',
  terminal: 'Asking again does not help: compare the entry with what the provider has.',
  terminal_for_key: GRANT,
  rejected: 'The API refuses tokens that it was just given: is the account allowed to use it?',
}

/** What somebody should do who sees that a token request failed. */
export function adviceOn({ reason, standardError, verdict }: TokenRequestFacts): string {
  if (verdict === 'throttled') return BY_VERDICT.throttled
  const known = [reason, standardError].find(
    (each) => each !== undefined && Object.hasOwn(BY_REASON, each)
  )
  return known === undefined ? BY_VERDICT[verdict] : BY_REASON[known]
}
