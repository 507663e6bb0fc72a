import { clientCredentials } from '#oauth/grants/client_credentials'
import { onBehalfOf } from '#oauth/grants/on_behalf_of'
import { password } from '#oauth/grants/password'
import { refreshToken } from '#oauth/grants/refresh_token'
import { staticToken } from '#oauth/grants/static_token'
import { tokenExchange } from '#oauth/grants/token_exchange'

/** The ways to obtain a token, for the `grant` of a provider in config/oauth.ts. */
export const grants = {
  clientCredentials,
  onBehalfOf,
  password,
  refreshToken,
  staticToken,
  tokenExchange,
}
