import { inject } from '@adonisjs/core'
import type { HttpContext } from '@adonisjs/core/http'
import { TokenUnavailable } from '#oauth/errors'
import type { OAuthTokenService } from '#oauth/oauth_token_service'
import { OAuthManager } from '#oauth/oauth_manager'
import { SignInStates } from '#oauth/sign_in/sign_in_states'
import { clearValidator, healthValidator, refreshValidator } from '#oauth/validators'

/** Shows the state of a token, and lets administrators renew or clear it. */
@inject()
export default class OAuthHealthController {
  readonly #manager: OAuthManager
  readonly #signIns: SignInStates

  constructor(manager: OAuthManager, signIns: SignInStates) {
    this.#manager = manager
    this.#signIns = signIns
  }

  async show(ctx: HttpContext) {
    const { provider, tenant, probe } = await healthValidator.validate(ctx.request.qs())
    const tokens = await this.#manager.find(provider, tenant)
    if (probe) await this.#probe(tokens, ctx)

    const { status, headroomSeconds, pause, lastRequest } = tokens.healthCheck()
    const tokenInfo = tokens.getTokenInfo()
    const store = this.#manager.storeState

    return ctx.response.status(status === 'unhealthy' ? 503 : 200).send({
      service: 'oauth',
      status: status === 'healthy' && store.degraded ? 'degraded' : status,
      details: {
        authenticated: tokenInfo.isValid,
        tokenInfo,
        healthCheck: lastRequest,
        headroomSeconds,
        pause,
        signIn: await this.#signIns.of({ provider, tenant }),
        store: store.name,
        storeDegraded: store.degraded,
      },
    })
  }

  async refresh({ request, caller }: HttpContext) {
    const { provider, tenant, reason } = await refreshValidator.validate(request.body())
    const tokens = await this.#manager.find(provider, tenant)
    await tokens.refreshToken({
      actor: caller.actor,
      comment: reason,
      correlationId: request.id(),
    })
    return { data: { tokenInfo: tokens.getTokenInfo() } }
  }

  async clear({ request, response, caller }: HttpContext) {
    const { provider, tenant, reason } = await clearValidator.validate(request.qs())
    const tokens = await this.#manager.find(provider, tenant)
    await tokens.clearToken({
      actor: caller.actor,
      comment: reason,
      correlationId: request.id(),
    })
    return response.noContent()
  }

  /** Asks for a token as a send would. That it fails shows in the health that follows. */
  async #probe(tokens: OAuthTokenService, { caller, request }: HttpContext): Promise<void> {
    await tokens
      .getAccessToken({ actor: caller.actor, correlationId: request.id() })
      .catch((error) => {
        if (!(error instanceof TokenUnavailable)) throw error
      })
  }
}
