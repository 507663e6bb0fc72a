import type { TokenStore } from '#oauth/contracts'
import type { CredentialPause } from '#oauth/life/credential_pause'
import { credentialEvents } from '#oauth/credential_events'
import type { Cause } from '#oauth/events'
import type { ServicesInUse } from '#oauth/services_in_use'
import type { EventRecorder } from '#shared/event_recorder'

export interface TenantSwitchParts {
  /** @throws {UnknownProvider} */
  credential: (provider: string, tenant: string) => CredentialPause
  services: Pick<ServicesInUse, 'ofTenant'>
  store: TokenStore
  recorder: EventRecorder
}

/**
 * Switches one tenant off: no token is asked for with its credentials, not even by force,
 * and the tokens that there are are cleared. The store tells the other processes.
 */
export class TenantSwitch {
  readonly #parts: TenantSwitchParts

  constructor(parts: TenantSwitchParts) {
    this.#parts = parts
  }

  async disable(provider: string, tenant: string, cause: Cause): Promise<void> {
    const { credential, services, store, recorder } = this.#parts
    const pause = credential(provider, tenant)
    await recorder.record(credentialEvents.tenantSwitched(provider, { tenant, on: false, cause }))
    await pause.disable()

    for (const [, service] of services.ofTenant(provider, tenant)) {
      await service.forgetToken(cause)
    }
    for await (const key of store.keys()) {
      const record = await store.get(key)
      const theirs = record?.provider === provider && record.tenant === tenant
      if (theirs) await store.remove(key, record.fingerprint)
    }
  }

  async enable(provider: string, tenant: string, cause: Cause): Promise<void> {
    const { credential, recorder } = this.#parts
    const pause = credential(provider, tenant)
    await recorder.record(credentialEvents.tenantSwitched(provider, { tenant, on: true, cause }))
    await pause.enable()
  }
}
