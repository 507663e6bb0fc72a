import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from '@japa/runner/core'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import Provider from 'oidc-provider'
import { MemoryAdapter } from '#tests/functional/oidc/memory_adapter'

/** RFC 6749 appendix A allows every printable ASCII character in ids and secrets. */
const ODD_SECRET = 'p%40ss+w/o:rd &=?#"\\~ that-is-long-enough-for-anybody'

export const CLIENTS = {
  basic: { id: 'gateway: by header', secret: ODD_SECRET, method: 'client_secret_basic' },
  post: { id: 'gateway+by%form', secret: ODD_SECRET, method: 'client_secret_post' },
} as const

/** The client that proves itself by its signature (RFC 7523). */
export const SIGNING_CLIENT = 'gateway: by key'

/** What each client may do. */
const ALLOWED = {
  grant_types: ['client_credentials'],
  response_types: [],
  redirect_uris: [],
  scope: 'sms balance',
}

/** How long its tokens live, in seconds. */
export const TOKEN_LIFE = 3600

export type CertifiedServer = Awaited<ReturnType<typeof startCertifiedServer>>

/**
 * `oidc-provider`, which the OpenID Foundation has certified, over HTTP on loopback.
 *
 * @param jwt its access tokens are signed JWTs (RFC 9068), and it does not say how long they live
 * @param clientKeys public keys with which a further client, `signing`, proves itself
 */
export async function startCertifiedServer(
  { cleanup }: Pick<TestContext, 'cleanup'>,
  { jwt = false, clientKeys = [] }: { jwt?: boolean; clientKeys?: readonly JWK[] } = {}
) {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const provider = new Provider(url, await configuration(jwt, clientKeys))
  const serverErrors: unknown[] = []
  const tokenRequests: (string | undefined)[] = []
  provider.on('server_error', (_, error) => serverErrors.push(error))
  if (jwt) provider.use(withoutExpiresIn)

  const answer = provider.callback()
  server.on('request', (request, response) => {
    if (request.url === '/token') tokenRequests.push(request.headers.authorization)
    answer(request, response)
  })
  cleanup(async () => {
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  })

  return {
    tokenEndpoint: `${url}/token`,
    revocationEndpoint: `${url}/token/revocation`,

    /** The Authorization headers of the token requests that arrived. */
    tokenRequests,

    /** What went wrong in the server itself: nothing should. */
    serverErrors,

    /** What the server knows of a token that it has issued. */
    find: (token: string) => provider.ClientCredentials.find(token),
  }
}

async function configuration(
  jwt: boolean,
  clientKeys: readonly JWK[]
): Promise<Record<string, unknown>> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })

  return {
    // Without keys and an adapter of its own the server warns that it is not for production.
    jwks: { keys: [await exportJWK(privateKey)] },
    adapter: MemoryAdapter,
    clients: [
      ...Object.values(CLIENTS).map(client),
      ...(clientKeys.length > 0 ? [signingClient(clientKeys)] : []),
    ],
    // The last one is not for our clients.
    scopes: ['sms', 'balance', 'admin'],
    ttl: { ClientCredentials: TOKEN_LIFE },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      revocation: { enabled: true, allowedPolicy: isOwner },
      resourceIndicators: {
        enabled: jwt,
        defaultResource: () => 'urn:example:sms',
        getResourceServerInfo: () => ({
          scope: 'sms balance',
          audience: 'sms',
          accessTokenFormat: 'jwt',
          accessTokenTTL: TOKEN_LIFE,
        }),
      },
    },
  }
}

function client({ id, secret, method }: (typeof CLIENTS)[keyof typeof CLIENTS]) {
  return {
    client_id: id,
    client_secret: secret,
    token_endpoint_auth_method: method,
    ...ALLOWED,
  }
}

function signingClient(keys: readonly JWK[]) {
  return {
    client_id: SIGNING_CLIENT,
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys },
    ...ALLOWED,
  }
}

/** RFC 7009 §2.1: a token is revoked by the client that it was issued to. */
function isOwner(_: unknown, asking: { clientId: string }, token: { clientId: string }): boolean {
  return asking.clientId === token.clientId
}

/** `expires_in` is recommended only (RFC 6749 §5.1). */
async function withoutExpiresIn(
  context: { body?: unknown },
  next: () => Promise<void>
): Promise<void> {
  await next()
  if (context.body instanceof Object) Reflect.deleteProperty(context.body, 'expires_in')
}
