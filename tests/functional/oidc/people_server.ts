import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from '@japa/runner/core'
import { exportJWK, generateKeyPair } from 'jose'
import Provider, { type KoaContext } from 'oidc-provider'
import { MemoryAdapter } from '#tests/functional/oidc/memory_adapter'

/** The gateway as it is known there. */
export const GATEWAY = {
  id: 'gateway: for people',
  secret: 'p%40ss+w/o:rd &=?#"\\~ that-is-long-enough-for-anybody',
  redirectUri: 'https://gateway.example.test/oauth/people/callback',
}

/** Whoever comes is this person, and says yes to everything. */
export const PERSON = 'ada'

export const SCOPE = 'openid sms offline_access'

export type PeopleServer = Awaited<ReturnType<typeof startPeopleServer>>

/**
 * `oidc-provider`, which the OpenID Foundation has certified, where people sign in. Every
 * refresh token is good for one use; using it twice takes everything back that came of the
 * sign-in.
 *
 * @param redirectUris where the gateway takes browsers back
 */
export async function startPeopleServer(
  { cleanup }: Pick<TestContext, 'cleanup'>,
  { redirectUris = [GATEWAY.redirectUri] }: { redirectUris?: string[] } = {}
) {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const revokedGrants: unknown[] = []
  const serverErrors: unknown[] = []
  const grantTypes: (string | null)[] = []
  const provider: Provider = new Provider(url, await configuration(() => provider, redirectUris))
  provider.on('server_error', (_, error) => serverErrors.push(error))
  provider.on('grant.revoked', (_, grantId) => revokedGrants.push(grantId))

  const answer = provider.callback()
  const signIn = (request: IncomingMessage, response: ServerResponse) =>
    provider.interactionFinished(request, response, { login: { accountId: PERSON }, consent: {} })

  server.on('request', (request, response) => {
    if (request.url?.startsWith('/interaction/')) return void signIn(request, response)
    if (request.url === '/token') void note(request, grantTypes)
    answer(request, response)
  })
  cleanup(async () => {
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  })

  return {
    issuer: url,

    /** The grant types of the token requests that arrived. */
    grantTypes,

    /** Sign-ins of which everything was taken back. */
    revokedGrants,

    /** What went wrong in the server itself: nothing should. */
    serverErrors,

    /** What the server knows of an access token that it has issued to somebody. */
    find: (token: string) => provider.AccessToken.find(token),
    findRefreshToken: (token: string) => provider.RefreshToken.find(token),
  }
}

async function note(request: IncomingMessage, grantTypes: (string | null)[]): Promise<void> {
  const copy = new Promise<string>((resolve) => {
    let body = ''
    request.on('data', (chunk) => (body += chunk))
    request.on('end', () => resolve(body))
  })
  grantTypes.push(new URLSearchParams(await copy).get('grant_type'))
}

async function configuration(
  provider: () => Provider,
  redirectUris: string[]
): Promise<Record<string, unknown>> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })

  return {
    jwks: { keys: [await exportJWK(privateKey)] },
    adapter: MemoryAdapter,
    cookies: { keys: ['a key of tests'] },
    clients: [
      {
        client_id: GATEWAY.id,
        client_secret: GATEWAY.secret,
        token_endpoint_auth_method: 'client_secret_basic',
        grant_types: [
          'authorization_code',
          'refresh_token',
          'urn:ietf:params:oauth:grant-type:device_code',
        ],
        response_types: ['code'],
        redirect_uris: redirectUris,
        scope: SCOPE,
      },
    ],
    scopes: ['openid', 'sms', 'offline_access'],
    // In seconds: without them the server warns that it is not for production.
    ttl: {
      AccessToken: 3600,
      AuthorizationCode: 60,
      DeviceCode: 600,
      Grant: 86_400,
      IdToken: 3600,
      Interaction: 3600,
      RefreshToken: 86_400,
      Session: 86_400,
    },
    pkce: { required: () => true },
    rotateRefreshToken: true,
    issueRefreshToken: (_: unknown, __: unknown, code: { scopes: Set<string> }) =>
      code.scopes.has('offline_access'),
    findAccount: (_: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
    interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    loadExistingGrant: (context: KoaContext) => consentOf(provider(), context),
    features: {
      devInteractions: { enabled: false },
      deviceFlow: { enabled: true },
      revocation: { enabled: true },
    },
  }
}

/** Everything that is asked for. */
async function consentOf(provider: Provider, { oidc }: KoaContext) {
  const grant = new provider.Grant({
    accountId: oidc!.session!.accountId!,
    clientId: oidc!.client!.clientId,
  })
  grant.addOIDCScope(SCOPE)
  await grant.save()
  return grant
}
