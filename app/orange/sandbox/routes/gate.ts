import type { Refusal } from '#orange/sandbox/refusal'
import type { SandboxState } from '#orange/sandbox/state'
import type { TokenIssuer } from '#orange/sandbox/token_issuer'
import { acceptsJson } from '#orange/sandbox/wire/accepts_json'
import type { ApiRequest } from '#orange/sandbox/wire/api_request'

const TOKEN_REFUSALS = { valid: undefined, invalid: { code: 41 }, expired: { code: 42 } } as const

const APPLICATION_REFUSALS = {
  approved: undefined,
  not_subscribed: { code: 50 },
  blocked: { code: 51 },
} as const

/** What the gateway checks before any API behind it sees a request. */
export function checkAtGate(request: ApiRequest, state: SandboxState): Refusal | undefined {
  if (!acceptsJson(request.headers.accept ?? '*/*')) return { code: 62 }

  return (
    checkBearer(request.headers.authorization, state.tokens) ??
    APPLICATION_REFUSALS[state.settings.application]
  )
}

function checkBearer(header: string | undefined, tokens: TokenIssuer): Refusal | undefined {
  const token = /^Bearer +(\S+)$/i.exec(header ?? '')?.[1]
  return token === undefined ? { code: 40 } : TOKEN_REFUSALS[tokens.check(token)]
}
