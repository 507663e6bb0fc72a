import type { TestContext } from '@japa/runner/core'
import type { ManualClock } from '#tests/helpers/manual_clock'
import { startTokenServer, type TokenServerAnswer } from '#tests/helpers/token_server'

export const CLIENT_ID = 'abcdefghijKLMNOPqrstuvWXYZ012345'
export const CLIENT_SECRET = 'canary1234567890'
export const TOKEN_PATH = '/oauth/client_credential/accesstoken'

/** Errors of the OAuth policy, and faults of other policies in front of it. */
export const APIGEE_ERRORS = {
  client: {
    status: 401,
    body: { ErrorCode: 'invalid_client', Error: 'ClientId is Invalid' },
  },
  clientFault: fault(500, 'Invalid client identifier {0}', 'oauth.v2.InvalidClientIdentifier'),
  appDisabled: fault(
    401,
    'invalid_client-app_not_approved',
    'keymanagement.service.invalid_client-app_not_approved'
  ),
  quota: fault(
    500,
    'Rate limit quota violation. Quota limit exceeded. Identifier : _default',
    'policies.ratelimit.QuotaViolation'
  ),
  backend: fault(
    503,
    'The Service is temporarily unavailable',
    'messaging.adaptors.http.flow.NoActiveTargets'
  ),
} satisfies Record<string, TokenServerAnswer>

/** Stands in for an API behind Apigee: a token endpoint, and a resource that shows what it was sent. */
export async function startApigee(context: TestContext, { clock }: { clock: ManualClock }) {
  const next: TokenServerAnswer[] = []

  const server = await startTokenServer(context, ({ path, members, headers }) => {
    if (path !== TOKEN_PATH) return { body: { authorization: headers.authorization } }
    const planned = next.shift()
    if (planned) return planned
    if (members.client_id !== CLIENT_ID || members.client_secret !== CLIENT_SECRET) {
      return APIGEE_ERRORS.client
    }
    return {
      body: {
        refresh_token_expires_in: '0',
        api_product_list: '[master-data]',
        organization_name: 'acme',
        token_type: 'BearerToken',
        issued_at: String(clock.now()),
        client_id: CLIENT_ID,
        access_token: `apigee-${server.requests.length}`,
        application_name: 'ce1e94a2-9c3e-42fa-a2c6-1ee01815476b',
        scope: '',
        expires_in: '1799',
        refresh_count: '0',
        status: 'approved',
      },
    }
  })

  return {
    ...server,
    tokenEndpoint: `${server.url}${TOKEN_PATH}`,

    /** The next token request is answered with this. */
    answerNext: (answer: TokenServerAnswer) => next.push(answer),
  }
}

function fault(status: number, faultstring: string, errorcode: string) {
  return { status, body: { fault: { faultstring, detail: { errorcode } } } }
}
