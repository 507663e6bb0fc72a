import { inject } from '@adonisjs/core'
import type { HttpContext } from '@adonisjs/core/http'
import type { NextFn } from '@adonisjs/core/types/http'
import { OrangeAuthService } from '#orange/orange_auth_service'

/**
 * Lets a request pass only when something could be sent: a usable token is in hand, or
 * one bounded attempt brought one. Otherwise the caller gets 503 with Retry-After,
 * before anything was written or sent.
 */
@inject()
export default class OAuthMiddleware {
  readonly #auth: OrangeAuthService

  constructor(auth: OrangeAuthService) {
    this.#auth = auth
  }

  async handle(ctx: HttpContext, next: NextFn) {
    await this.#auth.ensureAvailable({ correlationId: ctx.request.id() })
    return next()
  }
}
