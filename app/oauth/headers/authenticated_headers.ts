import type { Secret } from '@adonisjs/core/helpers'
import type { AccessToken } from '#oauth/life/access_token'
import type { ResolvedOAuthConfig } from '#oauth/define_config'

/** What authenticates a request to an API: its token, and whatever its provider wants beside it. */
export function authenticatedHeaders(
  token: AccessToken,
  { providers }: Pick<ResolvedOAuthConfig, 'providers'>
): Record<string, Secret<string>> {
  const { companionHeaders } = providers[token.record.provider]
  return { ...companionHeaders, Authorization: token.authorization }
}
