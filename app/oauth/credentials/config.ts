import type { ClientCredentials, CredentialSource } from '#oauth/contracts'
import { identityOf } from '#oauth/credentials/identity'

/** Credentials that stand in the configuration and change with a restart only. */
export class ConfigCredentials implements CredentialSource {
  readonly #credentials: ClientCredentials

  constructor(credentials: ClientCredentials) {
    this.#credentials = credentials
  }

  get identity(): string {
    return identityOf(this.#credentials)
  }

  async find(): Promise<ClientCredentials> {
    return this.#credentials
  }
}
