import { TenantDisabled } from '#oauth/errors'
import { present } from '#oauth/grants/present'
import type { OAuthManager } from '#oauth/oauth_manager'
import type { SignedIn } from '#oauth/sign_in/contracts'
import { OpenidClient } from '#oauth/sign_in/openid_client'
import { signInAddresses, type Entrance } from '#oauth/sign_in/sign_in_addresses'

/** What somebody's sign-in begins with. */
export interface SignInBeginning {
  client: OpenidClient

  /** What the provider is told, whichever way somebody signs in. */
  parameters: Record<string, string>

  /** Whether an ID token comes along (OpenID Connect Core §3.1.2.1). */
  asksForIdToken: boolean
}

/**
 * @throws {UnknownProvider} or {UnknownTenant}
 * @throws {TenantDisabled}
 * @throws {SignInNotOffered} when there is no such entrance
 * @throws {TokenRequestError} when its addresses cannot be found out
 */
export async function openidClientOf(
  manager: OAuthManager,
  { provider: name, tenant }: SignedIn,
  entrance: Entrance
): Promise<SignInBeginning> {
  const provider = manager.grantsOf(name)
  if (!(await manager.isEnabled(name, tenant))) throw new TenantDisabled()
  const credentials = await provider.credentialsOf(tenant).find()
  const metadata = await signInAddresses(provider, entrance)
  const { scope = '', audience, signIn } = provider.config

  return {
    client: new OpenidClient(provider, { metadata, credentials }),
    parameters: {
      ...signIn?.parameters,
      ...(present({ scope, audience }) as Record<string, string>),
    },
    asksForIdToken: scope.split(' ').includes('openid'),
  }
}
