import type { TestContext } from '@japa/runner/core'
import { startTokenServer, type TokenServerAnswer } from '#tests/helpers/token_server'

export const CLIENT_ID = '9e0b0b3c-1111-4222-8333-444455556666'
export const CLIENT_SECRET = 'canary-Ab+/=_of-genesys'

export const GENESYS_ERRORS = {
  client: {
    status: 400,
    body: {
      error: 'invalid_client',
      description: 'client not found or invalid client secret',
      error_description: 'client not found or invalid client secret',
    },
  },
  rate: {
    status: 429,
    headers: { 'retry-after': '37' },
    body: {
      message: 'Rate limit exceeded the maximum. Retry the request in [37] seconds',
      code: 'too.many.requests',
      status: 429,
      contextId: 'b3ab4dbc-8d6b-4b2d-8f34-0d4a1e6a3c11',
      details: [],
      errors: [],
    },
  },
  credentials: {
    status: 401,
    body: {
      message: 'Invalid login credentials.',
      code: 'bad.credentials',
      status: 401,
      contextId: 'b3ab4dbc-8d6b-4b2d-8f34-0d4a1e6a3c12',
      details: [],
      errors: [],
    },
  },
} satisfies Record<string, TokenServerAnswer>

/** Stands in for the login host of one region. */
export async function startGenesys(context: TestContext) {
  const next: TokenServerAnswer[] = []
  const expected = `Basic ${Buffer.from(`${CLIENT_ID}:${CLIENT_SECRET}`).toString('base64')}`

  const server = await startTokenServer(context, ({ path, members, headers }) => {
    if (path !== '/oauth/token') return { status: 404 }
    const planned = next.shift()
    if (planned) return planned

    const known = headers.authorization === expected && members.grant_type === 'client_credentials'
    if (!known) return GENESYS_ERRORS.client
    return {
      body: {
        access_token: `genesys-${server.requests.length}`,
        token_type: 'bearer',
        expires_in: 86_399,
        error: null,
      },
    }
  })
  return { ...server, answerNext: (answer: TokenServerAnswer) => next.push(answer) }
}
