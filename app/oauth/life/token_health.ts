import type { AccessToken, TokenState } from '#oauth/life/access_token'
import type { Pause } from '#oauth/life/pause'
import type { Clock } from '#shared/clock'

export type HealthStatus = 'healthy' | 'degraded' | 'unhealthy'

/** The last request to the token endpoint. Instants in ISO 8601 UTC. */
export interface LastRequest {
  at: string
  outcome: 'success' | 'failure'
  reason?: string
  durationMs: number
}

/** What people and programs are told about a token. Instants in ISO 8601 UTC; nothing secret. */
export interface TokenInfo {
  /** Whether it can be sent now. */
  isValid: boolean
  state: TokenState
  tokenType: string | null
  scope: string | null
  issuedAt: string | null
  refreshAt: string | null
  expiresAt: string | null
  lastUsedAt: string | null
}

export interface TokenHealth {
  status: HealthStatus

  /** Seconds until sending stops if the provider never answers again; null while nothing was tried. */
  headroomSeconds: number | null
  pause: { until: string; reason: string; failures: number } | null
  lastRequest: LastRequest | null

  /** The last failure of any process, until a request succeeds. */
  lastFailure: { at: string; reason: string } | null
}

/** Less life than this while renewal is due means that renewals fail, in milliseconds. */
const TROUBLE_MS = 5 * 60_000

export function instant(ms: number): string {
  return new Date(ms).toISOString()
}

export function tokenInfo(
  token: AccessToken | undefined,
  { clock, lastUsedAt }: { clock: Clock; lastUsedAt: number }
): TokenInfo {
  const state = token?.state(clock) ?? 'absent'
  const record = state === 'absent' ? undefined : token?.record

  return {
    isValid: state !== 'absent',
    state,
    tokenType: record?.tokenType ?? null,
    scope: record?.scope ?? null,
    issuedAt: record ? instant(record.issuedAt) : null,
    refreshAt: record ? instant(record.refreshAt) : null,
    expiresAt: record ? instant(record.expiresAt) : null,
    lastUsedAt: lastUsedAt ? instant(lastUsedAt) : null,
  }
}

interface TokenFacts {
  clock: Clock
  pauses: { known: Pause | null; last: Pause | null }
  lastRequest?: LastRequest
}

export function tokenHealth(
  token: AccessToken | undefined,
  { clock, pauses, lastRequest }: TokenFacts
): TokenHealth {
  const { known: pause, last } = pauses
  const remaining = token?.remaining(clock) ?? 0
  const tried = lastRequest !== undefined

  return {
    status: statusOf(token, {
      clock,
      failing: pause !== null || lastRequest?.outcome === 'failure',
    }),
    headroomSeconds: tried || token ? Math.floor(remaining / 1000) : null,
    pause: pause && {
      until: instant(pause.until),
      reason: pause.reason,
      failures: pause.failures,
    },
    lastRequest: lastRequest ?? null,
    lastFailure: last && { at: instant(last.since), reason: last.reason },
  }
}

function statusOf(
  token: AccessToken | undefined,
  { clock, failing }: { clock: Clock; failing: boolean }
): HealthStatus {
  const state = token?.state(clock) ?? 'absent'
  if (state === 'absent') return failing ? 'unhealthy' : 'healthy'
  if (failing) return 'degraded'
  return state === 'due' && inTrouble(token!, clock) ? 'degraded' : 'healthy'
}

/** Short-lived tokens are always near their end: for them, half of the time they are due. */
function inTrouble(token: AccessToken, clock: Clock): boolean {
  const timeWhileDue = token.record.expiresAt - token.record.refreshAt
  return token.remaining(clock) < Math.min(TROUBLE_MS, timeWhileDue / 2)
}
