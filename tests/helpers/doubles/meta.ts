import type { TestContext } from '@japa/runner/core'
import { startTokenServer, type TokenServerAnswer } from '#tests/helpers/token_server'

export const TOKEN = 'canaryEAAGm0PX4ZCpsBO7'

interface MetaError {
  status: number
  message: string
  type?: string
  code: number
  error_subcode?: number
}

export const META_ERRORS = {
  expired: {
    status: 401,
    message: 'Error validating access token: Session has expired on Monday.',
    code: 190,
    error_subcode: 463,
  },
  passwordChanged: {
    status: 401,
    message: 'Error validating access token: The user changed the password.',
    code: 190,
    error_subcode: 460,
  },
  refused: { status: 401, message: 'Invalid OAuth access token.', code: 190 },
  permission: { status: 403, message: '(#10) Permission denied', code: 10 },
  rate: { status: 400, message: '(#130429) Rate limit hit', code: 130_429 },
  pairRate: { status: 400, message: '(#131056) Pair rate limit hit', code: 131_056 },
  parameter: { status: 400, message: '(#100) Invalid parameter', code: 100 },
  trouble: {
    status: 500,
    message: 'An unknown error has occurred.',
    code: 1,
    type: 'OAuthException',
  },
} satisfies Record<string, MetaError>

/** Stands in for the Graph API: takes messages with the token of a system user. */
export async function startMeta(context: TestContext) {
  const next: TokenServerAnswer[] = []

  const server = await startTokenServer(context, ({ headers }) => {
    const planned = next.shift()
    if (planned) return planned
    if (headers.authorization !== `Bearer ${TOKEN}`) return answerOf(META_ERRORS.refused)
    return {
      body: {
        messaging_product: 'whatsapp',
        contacts: [{ input: '+16505551234', wa_id: '16505551234' }],
        messages: [{ id: 'wamid.HBgLMTY1MDU1NTEyMzQVAgARGBI5QTNDQTVCM0Q0Q0Q2RTY3RTcA' }],
      },
    }
  })
  return {
    ...server,
    messages: `${server.url}/v21.0/106540352242922/messages`,
    answerNext: (error: MetaError) => next.push(answerOf(error)),
  }
}

function answerOf({ status, ...error }: MetaError): TokenServerAnswer {
  const whole = { type: 'OAuthException', ...error, fbtrace_id: 'AzJ4sPjJfa1hRhvhQ8XjYZm' }
  return { status, body: { error: whole } }
}
