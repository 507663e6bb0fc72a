import type { ServerMetadata } from 'openid-client'
import type { ProviderGrants } from '#oauth/provider_grants'
import { SignInNotOffered } from '#oauth/sign_in/errors'

/** Where somebody goes, by browser or with a code from a device. */
export type Entrance = 'authorization_endpoint' | 'device_authorization_endpoint'

/**
 * Where people sign in at a provider: what stands in the configuration, then what the provider
 * publishes.
 *
 * @throws {SignInNotOffered} when there is no such entrance
 * @throws {TokenRequestError} when it cannot be found out
 */
export async function signInAddresses(
  { config, discovery }: ProviderGrants,
  entrance: Entrance
): Promise<ServerMetadata> {
  const { endpoint, signIn = {}, issuer } = config
  if (!config.grant.needsSignIn) throw new SignInNotOffered()

  const stated = {
    authorization_endpoint: signIn.authorizationEndpoint,
    device_authorization_endpoint: signIn.deviceAuthorizationEndpoint,
    token_endpoint: [endpoint?.url].flat()[0],
  }
  const complete = stated.token_endpoint && stated[entrance]
  const published = complete ? undefined : await discovery?.metadata()
  const known = { ...published, ...definedOf(stated) }
  const address = known[entrance]
  if (!address) throw new SignInNotOffered()

  // Where nothing names the issuer, nothing is expected to: neither an ID token nor RFC 9207.
  return { ...known, issuer: published?.issuer ?? issuer ?? new URL(address).origin }
}

function definedOf(stated: Record<string, string | undefined>): Partial<ServerMetadata> {
  return Object.fromEntries(Object.entries(stated).filter(([, url]) => url !== undefined))
}
