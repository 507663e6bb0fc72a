import type { Cause } from '#oauth/events'
import type { OAuthTokenService } from '#oauth/oauth_token_service'

/**
 * The token of whoever was signed in before is not to be served any more. One that is being
 * asked for is waited for: it would be taken into use afterwards.
 */
export async function forgetTokenOf(tokens: OAuthTokenService, cause: Cause): Promise<void> {
  await tokens.settled()
  await tokens.forgetToken(cause)
}
