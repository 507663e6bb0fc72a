import { configProvider } from '@adonisjs/core'
import type { CredentialSource } from '#oauth/contracts'
import { ConfigCredentials } from '#oauth/credentials/config'
import type { HttpCredentialsSettings } from '#oauth/credentials/http'
import type { ClientCredentials } from '#oauth/credentials/kinds'
import { HttpClient } from '#shared/http_client'
import { systemClock } from '#shared/clock'

/** Where the credentials of a provider come from, for `credentials` of a provider in config/oauth.ts. */
export const credentials = {
  /** They stand in the configuration. @param tenants those of tenants, by name */
  config: (own: ClientCredentials, tenants?: Readonly<Record<string, ClientCredentials>>) =>
    new ConfigCredentials(own, tenants),

  /** Tenants have theirs in the database, sealed; `tenant:credentials` puts them there. */
  database: ({ provider, own }: { provider: string; own?: CredentialSource }) =>
    configProvider.create(async (app) => {
      const { DatabaseCredentials } = await import('#oauth/credentials/database')
      const { TenantCredentialStore } = await import('#oauth/stores/tenant_credentials')
      const store = await app.container.make(TenantCredentialStore)
      return new DatabaseCredentials({ provider, own, store })
    }),

  /** A service of the organisation has those of tenants. */
  http: (settings: HttpCredentialsSettings) =>
    configProvider.create(async (app) => {
      const { HttpCredentials } = await import('#oauth/credentials/http')
      const http = await app.container.make(HttpClient)
      return new HttpCredentials(settings, { http, clock: systemClock })
    }),
}
