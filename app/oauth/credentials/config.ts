import type { ClientCredentials, CredentialSource } from '#oauth/contracts'

/** Credentials that stand in the configuration and change with a restart only. */
export class ConfigCredentials implements CredentialSource {
  readonly #credentials: ClientCredentials

  constructor(credentials: ClientCredentials) {
    this.#credentials = credentials
  }

  get identity(): string {
    const credentials = this.#credentials
    if ('clientId' in credentials) return credentials.clientId

    const [, encoded = ''] = credentials.authorizationHeader.release().split(' ')
    return Buffer.from(encoded, 'base64').toString().split(':', 1)[0]
  }

  async find(): Promise<ClientCredentials> {
    return this.#credentials
  }
}
