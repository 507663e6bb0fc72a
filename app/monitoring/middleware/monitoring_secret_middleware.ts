import { safeEqual, type Secret } from '@adonisjs/core/helpers'
import type { HttpContext } from '@adonisjs/core/http'
import type { NextFn } from '@adonisjs/core/types/http'
import { GatewayError } from '#shared/gateway_error'

export interface MonitoringAccess {
  /** What the header X-Monitoring-Secret must hold. */
  secret?: Secret<string>

  /** Whether everybody may look while there is no secret. */
  openWithoutSecret: boolean
}

/** Lets those in who know the monitoring secret: probes and scrapers, which have no API token. */
export default class MonitoringSecretMiddleware {
  readonly #access: MonitoringAccess

  constructor(access: MonitoringAccess) {
    this.#access = access
  }

  handle(ctx: HttpContext, next: NextFn) {
    if (!this.#admits(ctx.request.header('x-monitoring-secret'))) {
      throw new GatewayError('Send the monitoring secret: X-Monitoring-Secret: <secret>.', {
        code: 'unauthenticated',
        status: 401,
        retryable: false,
      })
    }
    return next()
  }

  #admits(given: string | undefined): boolean {
    const { secret, openWithoutSecret } = this.#access
    if (!secret) return openWithoutSecret

    return given !== undefined && safeEqual(given, secret.release())
  }
}
