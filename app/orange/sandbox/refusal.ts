import { gatewayError, type GatewayCode } from '#orange/sandbox/answers/gateway_answers'
import { platformError, type PlatformError } from '#orange/sandbox/answers/platform_answers'
import type { SandboxSettings } from '#orange/sandbox/settings'
import type { Reply } from '#orange/sandbox/wire/reply'

/** Why a request is refused: a code of the gateway, or an error of the platform behind it. */
export type Refusal = { code: GatewayCode; status?: number } | PlatformError

export function isRefusal(value: object): value is Refusal {
  return 'code' in value || 'messageId' in value
}

export function refuse(refusal: Refusal, settings: SandboxSettings): Reply {
  if ('messageId' in refusal) return platformError(refusal, settings.variablesAs)
  if (refusal.code !== 53) return gatewayError(refusal.code)

  const { paceStatus, paceRetryAfter } = settings
  return gatewayError(53, {
    status: refusal.status ?? paceStatus,
    headers: paceRetryAfter === null ? {} : { 'Retry-After': paceRetryAfter },
  })
}
