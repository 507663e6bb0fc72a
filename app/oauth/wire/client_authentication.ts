import type { Secret } from '@adonisjs/core/helpers'
import { signAssertion, type ClientAssertionSettings } from '#oauth/wire/client_assertion'
import type { Client, ClientCredentials, ClientSecret } from '#oauth/credentials/kinds'
import { TokenRequestError } from '#oauth/errors'
import type { Clock } from '#shared/clock'

export interface ClientAuthenticationSettings {
  /**
   * How the client proves itself: an Authorization header or members of the body (RFC 6749
   * §2.3.1), an assertion that it signs (RFC 7523 §2.2), or not at all (RFC 6749 §2.1).
   */
  clientAuthentication: 'basic' | 'post' | 'private_key_jwt' | 'none'

  /**
   * Whether id and secret are form-encoded before they are joined for Basic, as RFC 6749
   * §2.3.1 asks. Some providers take them as they are. Default: true.
   */
  formEncodeCredentials?: boolean

  /** For `private_key_jwt`. */
  clientAssertion?: ClientAssertionSettings
}

/** What a token request carries so that the server knows its client. */
export interface ClientProof {
  headers?: Record<string, Secret<string>>
  parameters?: Record<string, string | Secret<string>>
}

/** The request that is being made. */
export interface Occasion {
  url: string
  settings: ClientAuthenticationSettings
  clock: Clock
}

type Method = (client: Client, occasion: Occasion) => ClientProof | Promise<ClientProof>

const METHODS: Record<ClientAuthenticationSettings['clientAuthentication'], Method> = {
  basic: (client, { settings }) => ({ headers: { Authorization: basicHeader(client, settings) } }),

  post(client) {
    const { clientId, clientSecret } = withSecret(client)
    return { parameters: { client_id: clientId, client_secret: clientSecret } }
  },

  async private_key_jwt(client, { url, settings, clock }) {
    if (!('privateKey' in client)) throw unfit()
    const { algorithm, audience = url } = settings.clientAssertion ?? {}
    const assertion = await signAssertion(client, { algorithm, audience, now: clock.now() })
    return {
      parameters: {
        client_id: client.clientId,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion,
      },
    }
  },

  none: (client) => ('clientId' in client ? { parameters: { client_id: client.clientId } } : {}),
}

/**
 * @throws {TokenRequestError} when the credentials are not of the kind that the method needs
 */
export async function proveClient(
  credentials: ClientCredentials,
  occasion: Occasion
): Promise<ClientProof> {
  const { clientAuthentication } = occasion.settings
  const client = clientOf(credentials)

  if (client === undefined && clientAuthentication === 'none') return {}
  if (client === undefined) throw unfit()
  if ('authorizationHeader' in client) return METHODS.basic(client, occasion)
  return METHODS[clientAuthentication](client, occasion)
}

/** The value of an Authorization header (RFC 7617 §2). */
export function basicCredentials(name: string, password: Secret<string>): Secret<string> {
  return password.map((text) => `Basic ${Buffer.from(`${name}:${text}`).toString('base64')}`)
}

function clientOf(credentials: ClientCredentials): Client | undefined {
  if ('username' in credentials) return credentials.client
  return 'token' in credentials ? undefined : credentials
}

function basicHeader(
  client: Client,
  { formEncodeCredentials = true }: ClientAuthenticationSettings
): Secret<string> {
  if ('authorizationHeader' in client) return client.authorizationHeader

  const { clientId, clientSecret } = withSecret(client)
  if (!formEncodeCredentials) return basicCredentials(clientId, clientSecret)
  return basicCredentials(formEncode(clientId), clientSecret.map(formEncode))
}

function withSecret(client: Client): ClientSecret {
  if ('clientSecret' in client) return client
  throw unfit()
}

/** The configuration contradicts itself; asking again does not help. */
function unfit(): TokenRequestError {
  return new TokenRequestError({ verdict: 'terminal', reason: 'credentials_unfit' })
}

function formEncode(value: string): string {
  return new URLSearchParams({ value }).toString().slice('value='.length)
}
