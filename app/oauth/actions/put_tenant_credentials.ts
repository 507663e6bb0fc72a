import type { DatabaseCredentials } from '#oauth/credentials/database'
import type { TenantCredentials } from '#oauth/credentials/tenant_credentials'
import { credentialEvents } from '#oauth/credential_events'
import type { Cause } from '#oauth/events'
import type { OAuthManager } from '#oauth/oauth_manager'
import type { EventRecorder } from '#shared/event_recorder'

/** Gives a tenant credentials, or other ones. */
export class PutTenantCredentials {
  readonly #credentials: DatabaseCredentials
  readonly #recorder: EventRecorder
  readonly #manager: OAuthManager

  constructor(credentials: DatabaseCredentials, recorder: EventRecorder, manager: OAuthManager) {
    this.#credentials = credentials
    this.#recorder = recorder
    this.#manager = manager
  }

  /** The event comes first: what is not recorded is not done. */
  async run(tenant: string, credentials: TenantCredentials, cause: Cause): Promise<void> {
    const { provider } = this.#credentials
    const clientId = 'clientId' in credentials ? credentials.clientId : undefined
    await this.#recorder.record(
      credentialEvents.credentialsRotated(provider, { tenant, clientId, cause })
    )
    await this.#credentials.put(tenant, credentials)
    await this.#manager.credentialsChanged(provider, tenant)
  }
}
