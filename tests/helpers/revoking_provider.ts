import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import { ConfigCredentials } from '#oauth/credentials/config'
import { grants } from '#oauth/grants'
import type { ProviderConfig } from '#oauth/provider_config'
import { startTokenServer, type TokenServerAnswer } from '#tests/helpers/token_server'

/** A client whose secret follows from its name. */
export const clientNamed = (name: string) => ({
  clientId: name,
  clientSecret: new Secret(`secret of ${name}`),
})

/** A provider that issues `token-1`, `token-2`, … and answers revocations as a test says. */
export async function startRevokingProvider(
  context: Pick<TestContext, 'cleanup'>,
  revocation: () => TokenServerAnswer | Promise<TokenServerAnswer> = () => ({})
) {
  let issued = 0
  const server = await startTokenServer(context, ({ path }) => {
    if (path === '/revoke') return revocation()
    const token = { access_token: `token-${++issued}`, token_type: 'Bearer', expires_in: 3600 }
    return { body: token }
  })
  const entry: ProviderConfig = {
    grant: grants.clientCredentials(),
    credentials: new ConfigCredentials(clientNamed('me'), { acme: clientNamed('acme') }),
    endpoint: {
      url: `${server.url}/token`,
      clientAuthentication: 'basic',
      headers: { 'x-key': 'of-the-portal' },
    },
    revocation: { url: `${server.url}/revoke` },
  }
  return { entry, revocations: () => server.requests.filter(({ path }) => path === '/revoke') }
}
