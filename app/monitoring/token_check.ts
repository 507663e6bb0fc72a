import { BaseCheck, Result } from '@adonisjs/core/health'
import type { HealthCheckResult } from '@adonisjs/core/types/health'
import type { OAuthManager } from '#oauth/oauth_manager'

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
    const result =
      health.status === 'healthy'
        ? Result.ok('The token is healthy')
        : Result.warning(`The token is ${health.status}`)

    return result.mergeMetaData({ status: health.status, headroomSeconds: health.headroomSeconds })
  }
}
