import { TokenRequestError, type TokenRequestFacts } from '#oauth/errors'
import type { OAuthTokenService } from '#oauth/oauth_token_service'

/** What a forced request says of its failure: it has to fail. */
export async function failureOf(tokens: OAuthTokenService): Promise<TokenRequestFacts> {
  const outcome: unknown = await tokens.refreshToken().catch((error: unknown) => error)
  if (outcome instanceof TokenRequestError) return outcome.facts
  throw new Error('The request did not fail as it should')
}
