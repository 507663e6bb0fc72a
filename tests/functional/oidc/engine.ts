import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import { ConfigCredentials } from '#oauth/credentials/config'
import { grants, stores } from '#oauth/define_config'
import type { ProviderConfig } from '#oauth/provider_config'
import { CLIENTS, type CertifiedServer } from '#tests/functional/oidc/certified_server'
import { startProviderEngine } from '#tests/helpers/provider_engine'

export interface EngineOptions {
  client?: keyof typeof CLIENTS
  secret?: string
  scope?: string
  formEncodeCredentials?: boolean
  cacheEnabled?: boolean
}

/** The token engine with one provider, of which it knows what RFC 6749 says and nothing else. */
export function startEngine(
  context: Pick<TestContext, 'cleanup'>,
  server: CertifiedServer,
  options: EngineOptions = {}
) {
  return startProviderEngine(context, providerAt(server, options), {
    store: options.cacheEnabled === false ? stores.none : stores.memory,
    cacheEnabled: options.cacheEnabled,
  })
}

/** The entry of the certified server. */
export function providerAt(server: CertifiedServer, options: EngineOptions = {}): ProviderConfig {
  const { client = 'basic', formEncodeCredentials, scope } = options
  const { id: clientId, secret } = CLIENTS[client]
  const clientSecret = new Secret(options.secret ?? secret)

  return {
    grant: grants.clientCredentials(),
    credentials: new ConfigCredentials({ clientId, clientSecret }),
    scope,
    endpoint: { url: server.tokenEndpoint, clientAuthentication: client, formEncodeCredentials },
    revocation: { url: server.revocationEndpoint },
  }
}
