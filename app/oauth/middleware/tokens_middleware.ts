import { inject } from '@adonisjs/core'
import type { HttpContext } from '@adonisjs/core/http'
import type { NextFn } from '@adonisjs/core/types/http'
import { OAuthManager } from '#oauth/oauth_manager'
import { RequestTokens } from '#oauth/headers/request_tokens'

/** Puts the tokens of providers at the hand of a route: `ctx.oauth`. Asks for none by itself. */
@inject()
export default class TokensMiddleware {
  readonly #manager: OAuthManager

  constructor(manager: OAuthManager) {
    this.#manager = manager
  }

  handle(ctx: HttpContext, next: NextFn) {
    ctx.oauth = new RequestTokens(this.#manager, ctx.request.id())
    return next()
  }
}

declare module '@adonisjs/core/http' {
  interface HttpContext {
    /** Present behind the middleware `tokens`. */
    oauth: RequestTokens
  }
}
