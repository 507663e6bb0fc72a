import { inject } from '@adonisjs/core'
import type { HttpContext } from '@adonisjs/core/http'
import { DiscloseToken } from '#oauth/actions/disclose_token'
import { TokenInventory } from '#oauth/token_inventory'
import { discloseValidator } from '#oauth/validators'

/** Shows which tokens there are, and hands one to an application that may have it. */
@inject()
export default class TokensController {
  readonly #inventory: TokenInventory
  readonly #disclosure: DiscloseToken

  constructor(inventory: TokenInventory, disclosure: DiscloseToken) {
    this.#inventory = inventory
    this.#disclosure = disclosure
  }

  async index() {
    return { data: await this.#inventory.list() }
  }

  async disclose({ request, response, caller }: HttpContext) {
    const { type, tenantId, forceRefresh } = await discloseValidator.validate(request.body())
    const token = await this.#disclosure.run(
      { provider: type, tenant: tenantId, forceRefresh },
      { actor: caller.actor, correlationId: request.id() }
    )

    // RFC 6749 §5.1: no cache on the way may keep it.
    response.header('cache-control', 'no-store')
    return {
      data: {
        accessToken: token.accessToken.release(),
        tokenType: token.tokenType,
        expiresIn: token.expiresIn,
        expiresAt: token.expiresAt,
        source: token.source,
      },
    }
  }
}
