import { Secret } from '@adonisjs/core/helpers'
import { ConfigCredentials } from '#oauth/credentials/config'
import type { ResolvedOAuthConfig } from '#oauth/define_config'
import { orangeProvider } from '#orange/orange_provider'
import { CANARY } from '#tests/helpers/token_trial'

/** Has tokens asked for at another address than the sandbox's, with a secret that must not leak. */
export function tokenEndpointAt(origin: string): Pick<ResolvedOAuthConfig, 'providers'> {
  const clientSecret = new Secret(CANARY)

  return {
    providers: {
      orange: orangeProvider({
        tokenEndpoint: `${origin}/oauth/v3/token`,
        credentials: new ConfigCredentials({ clientId: 'tests', clientSecret }),
      }),
    },
  }
}
