import { Secret } from '@adonisjs/core/helpers'
import { ConfigCredentials } from '#oauth/credentials/config'
import { grants } from '#oauth/define_config'
import type { ProviderConfig } from '#oauth/provider_config'
import { GATEWAY, SCOPE, type PeopleServer } from '#tests/functional/oidc/people_server'
import { Browser } from '#tests/helpers/browser'
import type { SignInEngine } from '#tests/helpers/sign_in_engine'

/** A provider of which nothing is known but where it publishes the rest. */
export function peopleAt({ issuer }: Pick<PeopleServer, 'issuer'>, scope = SCOPE): ProviderConfig {
  const { id: clientId, secret } = GATEWAY
  return {
    grant: grants.refreshToken(),
    credentials: new ConfigCredentials({ clientId, clientSecret: new Secret(secret) }),
    scope,
    issuer,
    endpoint: { clientAuthentication: 'basic' },
    signIn: { parameters: { prompt: 'consent' } },
  }
}

/** Somebody follows the address that the gateway gave, and comes back to it. */
export async function comeBack(url: URL): Promise<URLSearchParams> {
  const { next } = await new Browser().visit(url)
  if (!next) throw new Error('The provider did not send the browser back')
  return next.searchParams
}

/** Somebody signs in by browser. */
export async function signIn({ browser }: SignInEngine) {
  const { url } = await browser.begin({ provider: 'people' }, { cause: {} })
  return browser.complete('people', await comeBack(url), {})
}
