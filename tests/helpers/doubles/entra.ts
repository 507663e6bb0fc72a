import type { TestContext } from '@japa/runner/core'
import {
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  jwtVerify,
  SignJWT,
  type CryptoKey,
} from 'jose'
import type { ManualClock } from '#tests/helpers/manual_clock'
import {
  startTokenServer,
  type TokenServerAnswer,
  type TokenServerRequest,
} from '#tests/helpers/token_server'

export const TENANT = '8eaef023-2b34-4da1-9baa-8bc8c9d6a490'
export const CLIENT_ID = '11112222-bbbb-3333-cccc-4444dddd5555'
export const CLIENT_SECRET = 'canary~of.a_secret~of-40-characters-here'

/** The errors that a test can have, as the service writes them. */
const ERRORS: Record<string, [status: number, error: string, code: number, text: string]> = {
  secret_wrong: [401, 'invalid_client', 7_000_215, 'Invalid client secret provided.'],
  secret_expired: [
    401,
    'invalid_client',
    7_000_222,
    'The provided client secret keys are expired.',
  ],
  application: [400, 'unauthorized_client', 700_016, 'Application was not found in the directory.'],
  assertion: [400, 'invalid_grant', 500_133, 'Assertion is not within its valid time range.'],
  consent: [400, 'invalid_grant', 65_001, 'The user or administrator has not consented.'],
  mfa: [400, 'interaction_required', 50_076, 'You must use multi-factor authentication.'],
  loop: [400, 'invalid_request', 50_196, 'The server has encountered an unexpected loop.'],
  trouble: [503, 'temporarily_unavailable', 90_033, 'A transient error has occurred.'],
  pending: [
    400,
    'authorization_pending',
    70_016,
    'OAuth 2.0 device flow error. Authorization is pending.',
  ],
  declined: [
    400,
    'authorization_declined',
    65_004,
    'The user declined to authorize the application.',
  ],
  refresh_expired: [
    400,
    'invalid_grant',
    700_082,
    'The refresh token has expired due to inactivity.',
  ],
  unheard_of: [400, 'invalid_grant', 999_999, 'Something new.'],
}

/** Where somebody enters the code that a device shows. */
const DEVICE: TokenServerAnswer = {
  body: {
    user_code: 'EQGHJYEN9',
    device_code: 'canary-device-code',
    verification_uri: 'https://microsoft.com/devicelogin',
    expires_in: 900,
    interval: 5,
    message: 'To sign in, use a web browser to open the page https://microsoft.com/devicelogin',
  },
}

/** Each answer brings another one; the one before goes on working for a while. */
function refreshTokenFor({ refresh_token: before, device_code: code }: Record<string, unknown>) {
  if (before === undefined && code === undefined) return {}
  return { refresh_token: `canary-refresh-after-${String(before ?? 'signing-in')}` }
}

interface Options {
  clock: ManualClock

  /** With which applications prove themselves that have no secret. */
  certificate?: { key: CryptoKey; thumbprint: string }
}

export type EntraDouble = Awaited<ReturnType<typeof startEntra>>

/** Stands in for the endpoints of one directory: tokens signed for an API, and errors as they are written. */
export async function startEntra(context: TestContext, options: Options) {
  const { clock } = options
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const next: (keyof typeof ERRORS)[] = []
  const seen = new Set<string>()

  const server = await startTokenServer(context, async (request) => {
    if (request.path === `/${TENANT}/discovery/v2.0/keys`) {
      return { body: { keys: [{ ...(await exportJWK(publicKey)), kid: 'entra-1', use: 'sig' }] } }
    }
    if (request.path === `/${TENANT}/oauth2/v2.0/devicecode`) return DEVICE
    if (request.path !== `/${TENANT}/oauth2/v2.0/token`) return { status: 404 }

    const error = next.shift() ?? (await refusalOf(request))
    return error ? refused(error, clock) : issue(request)
  })

  async function refusalOf({ members }: TokenServerRequest): Promise<string | undefined> {
    if (members.client_id !== CLIENT_ID) return 'application'
    const ofPerson = members.grant_type !== 'client_credentials' && !('assertion' in members)
    if (ofPerson && members.client_secret === undefined) return undefined
    if (members.client_assertion === undefined) {
      return members.client_secret === CLIENT_SECRET ? undefined : 'secret_wrong'
    }

    const assertion = String(members.client_assertion)
    const { key, thumbprint } = options.certificate!
    const { payload } = await jwtVerify(assertion, key, {
      algorithms: ['PS256'],
      audience: `${server.url}${`/${TENANT}/oauth2/v2.0/token`}`,
      issuer: CLIENT_ID,
      currentDate: new Date(clock.now()),
    })
    const known = decodeProtectedHeader(assertion)['x5t#S256'] === thumbprint
    return known && !isSeen(payload.jti!) ? undefined : 'secret_wrong'
  }

  function isSeen(id: string): boolean {
    const before = seen.has(id)
    seen.add(id)
    return before
  }

  async function issue({ members }: TokenServerRequest): Promise<TokenServerAnswer> {
    const now = Math.floor(clock.now() / 1000)
    const token = await new SignJWT({
      ver: '2.0',
      tid: TENANT,
      azp: CLIENT_ID,
      oid: members.assertion ? 'ada' : 'the application',
      scp: members.assertion ? 'access_as_user' : undefined,
    })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: 'entra-1' })
      .setIssuer(`${server.url}/${TENANT}/v2.0`)
      .setAudience('api://gateway')
      .setIssuedAt(now)
      .setExpirationTime(now + 3599)
      .sign(privateKey)
    return {
      body: {
        token_type: 'Bearer',
        scope: members.scope,
        expires_in: 3599,
        ext_expires_in: 3599,
        access_token: token,
        ...(members.grant_type === 'client_credentials' ? {} : refreshTokenFor(members)),
      },
    }
  }

  return {
    ...server,

    /** The next request is refused for this reason. */
    refuse: (error: keyof typeof ERRORS) => next.push(error),
  }
}

function refused(name: string, clock: ManualClock): TokenServerAnswer {
  const [status, error, code, text] = ERRORS[name]
  const at = new Date(clock.now()).toISOString().replace('T', ' ').slice(0, 19) + 'Z'
  const ids = {
    trace_id: '0000aaaa-11bb-cccc-dd22-eeeeee333333',
    correlation_id: 'aaaa0000-bb11-2222-33cc-444444dddddd',
  }

  return {
    status,
    body: {
      error,
      error_description: `AADSTS${code}: ${text} Trace ID: ${ids.trace_id} Correlation ID: ${ids.correlation_id} Timestamp: ${at}`,
      error_codes: [code],
      timestamp: at,
      ...ids,
      error_uri: `https://login.microsoftonline.com/error?code=${code}`,
    },
  }
}
