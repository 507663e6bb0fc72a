import { clientCredentials } from '#oauth/grants/client_credentials'

/** The ways to obtain a token, for the `grant` of a provider in config/oauth.ts. */
export const grants = {
  clientCredentials,
}
