import { adviceOn } from '#oauth/advice'
import { TokenRequestError, TokenUnavailable } from '#oauth/errors'
import type { Cause } from '#oauth/events'
import type { OAuthManager } from '#oauth/oauth_manager'
import type { TokenVerdict } from '#oauth/life/pause'
import type { TokenInfo } from '#oauth/life/token_health'
import type { Clock } from '#shared/clock'

/** Why no token came, and what to do about it. */
export interface TestFailure {
  /** null: nothing was answered that could be judged. */
  verdict: TokenVerdict | null

  /** As a word for programs. */
  reason: string
  httpStatus: number | null

  /** The provider's own error code. */
  upstreamCode: string | null
  advice: string
}

/** What one call came to. */
export interface TestResult {
  outcome: 'success' | 'failure'
  durationMs: number
  tokenInfo: TokenInfo

  /** Of the token that came, in seconds. */
  lifeSeconds: number | null
  failure: TestFailure | null
}

const COME_BACK = 'Somebody else is asking, or the answer takes long: try again in a moment.'

/** Asks a provider for a token once, whatever is in hand. A token that comes is kept. */
export class TestToken {
  readonly #manager: OAuthManager
  readonly #clock: Clock

  constructor(manager: OAuthManager, clock: Clock) {
    this.#manager = manager
    this.#clock = clock
  }

  /**
   * @throws {UnknownProvider}
   * @throws {UnknownTenant} when the tenant has no credentials
   * @throws {TenantDisabled} when the tenant is switched off
   */
  async run(
    { provider, tenant }: { provider?: string; tenant?: string },
    cause: Cause
  ): Promise<TestResult> {
    const tokens = await this.#manager.find(provider, tenant)
    await tokens.look()
    const startedAt = this.#clock.monotonic()
    const got = await tokens.refreshToken(cause).catch(failureFrom)
    const durationMs = Math.round(this.#clock.monotonic() - startedAt)

    const tokenInfo = tokens.getTokenInfo()
    if ('reason' in got) {
      return { outcome: 'failure', durationMs, tokenInfo, lifeSeconds: null, failure: got }
    }
    const { issuedAt, expiresAt } = got.record
    const lifeSeconds = Math.round((expiresAt - issuedAt) / 1000)
    return { outcome: 'success', durationMs, tokenInfo, lifeSeconds, failure: null }
  }
}

function failureFrom(error: unknown): TestFailure {
  if (error instanceof TokenUnavailable) {
    const { reasonCode: reason } = error
    return { verdict: null, reason, httpStatus: null, upstreamCode: null, advice: COME_BACK }
  }
  if (!(error instanceof TokenRequestError)) throw error

  const { verdict, reason, httpStatus = null, upstreamCode = null } = error.facts
  return { verdict, reason, httpStatus, upstreamCode, advice: adviceOn(error.facts) }
}
