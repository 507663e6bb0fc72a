import type { ClientCredentials, CredentialSource } from '#oauth/contracts'

/** Credentials that stand in the configuration and change with a restart only. */
export class ConfigCredentials implements CredentialSource {
  readonly #credentials: ClientCredentials

  constructor(credentials: ClientCredentials) {
    this.#credentials = credentials
  }

  async find(): Promise<ClientCredentials> {
    return this.#credentials
  }
}
