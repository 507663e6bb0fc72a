import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  initiateDeviceAuthorization,
  type ClientAuth,
  type Configuration,
  type CustomFetchOptions,
  type ServerMetadata,
} from 'openid-client'
import { proveClient } from '#oauth/wire/client_authentication'
import type { ClientCredentials, IssuedToken } from '#oauth/contracts'
import { identityOf } from '#oauth/credentials/identity'
import { fetchThrough } from '#oauth/wire/fetch_through'
import type { ProviderGrants } from '#oauth/provider_grants'
import { TokenRequestError } from '#oauth/errors'
import {
  readDeviceAuthorization,
  type DeviceAuthorization,
} from '#oauth/sign_in/device_authorization'
import { SignInFailed } from '#oauth/sign_in/errors'
import {
  openidConfiguration,
  reasonOf,
  type OpenidMeans,
} from '#oauth/sign_in/openid_configuration'
import { EitherSecret } from '#oauth/wire/either_secret'

/** What ties the browser that comes back to the one that was sent away. */
export interface CodeChecks {
  state: string
  codeVerifier: string

  /** Absent: no ID token is expected. */
  nonce?: string
}

/** How long the endpoint for devices may take, in milliseconds. */
const DEADLINE_MS = 10_000

/**
 * openid-client for one provider and client. It speaks through our HTTP client, proves the
 * client as token requests do, and leaves token requests to our own endpoint: what is issued
 * and what is refused is read as everywhere else.
 */
export class OpenidClient {
  readonly #provider: ProviderGrants
  readonly #metadata: ServerMetadata
  readonly #credentials: ClientCredentials

  constructor(
    provider: ProviderGrants,
    { metadata, credentials }: { metadata: ServerMetadata; credentials: ClientCredentials }
  ) {
    this.#provider = provider
    this.#metadata = metadata
    this.#credentials = credentials
  }

  authorizationUrl(parameters: Record<string, string>): URL {
    return buildAuthorizationUrl(this.#configuration({}), parameters)
  }

  /**
   * Checks what the browser brought, has the code exchanged, and checks the ID token that came
   * along, if one did.
   *
   * @param back the address that the browser came back to, with all that it brought
   * @throws {SignInFailed}
   * @throws {TokenRequestError} when the provider refused the code
   */
  async exchangeCode(back: URL, checks: CodeChecks): Promise<IssuedToken> {
    const { endpoint } = this.#provider
    let issued: IssuedToken | undefined
    let failure: unknown

    const exchange = async (_: string, { body }: CustomFetchOptions): Promise<Response> => {
      const parameters = Object.fromEntries(new URLSearchParams(String(body)))
      try {
        const exchanged = await endpoint!.exchange({ parameters, credentials: this.#credentials })
        const { answer } = exchanged
        issued = exchanged.issued
        return new Response(answer.body, { status: answer.status, headers: { ...answer.headers } })
      } catch (error) {
        failure = error
        throw error
      }
    }

    try {
      await authorizationCodeGrant(this.#configuration({ fetch: exchange }), back, {
        expectedState: checks.state,
        expectedNonce: checks.nonce,
        pkceCodeVerifier: checks.codeVerifier,
      })
      return issued!
    } catch (error) {
      throw failure ?? new SignInFailed(reasonOf(error))
    }
  }

  /**
   * Asks for a code that somebody enters elsewhere (RFC 8628 §3.1).
   *
   * @throws {SignInFailed}
   * @throws {TokenRequestError} when the provider does not take the client
   */
  startDevice(parameters: Record<string, string>): Promise<DeviceAuthorization> {
    return new EitherSecret().with(this.#credentials, (credentials) =>
      this.#startDevice(parameters, credentials)
    )
  }

  async #startDevice(
    parameters: Record<string, string>,
    credentials: ClientCredentials
  ): Promise<DeviceAuthorization> {
    const { http } = this.#provider.tools
    const proof: ClientAuth = (_server, _client, ...request) => this.#prove(credentials, request)
    const configuration = this.#configuration({ fetch: fetchThrough(http, DEADLINE_MS), proof })
    try {
      return readDeviceAuthorization(await initiateDeviceAuthorization(configuration, parameters))
    } catch (error) {
      if (error instanceof SignInFailed) throw error
      const reason = reasonOf(error)
      if (reason !== 'invalid_client') throw new SignInFailed(reason)
      throw new TokenRequestError({ verdict: 'terminal', reason })
    }
  }

  #configuration(means: OpenidMeans): Configuration {
    const clientId = identityOf(this.#credentials)
    return openidConfiguration(this.#metadata, clientId, means)
  }

  async #prove(
    credentials: ClientCredentials,
    [body, headers]: [URLSearchParams, Headers]
  ): Promise<void> {
    const { config, tools } = this.#provider
    const url = this.#metadata.device_authorization_endpoint!
    const occasion = { url, settings: config.endpoint!, clock: tools.clock }
    const proof = await proveClient(credentials, occasion)

    for (const [name, value] of Object.entries(proof.headers ?? {})) {
      headers.set(name, value.release())
    }
    for (const [name, value] of Object.entries(proof.parameters ?? {})) {
      body.set(name, typeof value === 'string' ? value : value.release())
    }
  }
}
