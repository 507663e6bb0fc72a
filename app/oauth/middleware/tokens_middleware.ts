import { inject } from '@adonisjs/core'
import type { HttpContext } from '@adonisjs/core/http'
import type { NextFn } from '@adonisjs/core/types/http'
import { OAuthManager } from '#oauth/oauth_manager'
import { HttpClient } from '#shared/http_client'
import { RequestTokens } from '#oauth/headers/request_tokens'

/** Puts the tokens of providers at the hand of a route: `ctx.oauth`. Asks for none by itself. */
@inject()
export default class TokensMiddleware {
  readonly #manager: OAuthManager
  readonly #http: HttpClient

  constructor(manager: OAuthManager, http: HttpClient) {
    this.#manager = manager
    this.#http = http
  }

  handle(ctx: HttpContext, next: NextFn) {
    ctx.oauth = new RequestTokens({ manager: this.#manager, http: this.#http }, ctx.request.id())
    return next()
  }
}

declare module '@adonisjs/core/http' {
  interface HttpContext {
    /** Present behind the middleware `tokens`. */
    oauth: RequestTokens
  }
}
