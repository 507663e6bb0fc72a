import { BaseCheck, Result } from '@adonisjs/core/health'
import type { HealthCheckResult } from '@adonisjs/core/types/health'
import type { OAuthManager } from '#oauth/oauth_manager'
import type { HealthStatus } from '#oauth/life/token_health'

/**
 * Tells how the default provider's token is, without asking for one. Never more than a
 * warning: another instance would fare no better, so taking this one out helps nobody.
 */
export class TokenCheck extends BaseCheck {
  override name = 'Access token'
  readonly #manager: OAuthManager

  constructor(manager: OAuthManager) {
    super()
    this.#manager = manager
  }

  override async run(): Promise<HealthCheckResult> {
    const health = this.#manager.use().healthCheck()
    const { name: store, degraded } = this.#manager.storeState
    const { status, headroomSeconds } = health

    return resultOf(status, degraded).mergeMetaData({ status, headroomSeconds, store, degraded })
  }
}

function resultOf(status: HealthStatus, degraded: boolean): Result {
  if (status !== 'healthy') return Result.warning(`The token is ${status}`)
  return degraded
    ? Result.warning('The token store cannot be used: tokens are kept in memory')
    : Result.ok('The token is healthy')
}
