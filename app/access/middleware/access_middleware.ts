import { inject } from '@adonisjs/core'
import { errors } from '@adonisjs/auth'
import type { HttpContext } from '@adonisjs/core/http'
import type { NextFn } from '@adonisjs/core/types/http'
import type { Actor } from '#shared/event_recorder'
import { abilitiesOf, type Ability } from '#access/abilities'
import type { RefusalReason } from '#access/denied_event'
import { AccessUnavailable, Forbidden } from '#access/errors'
import { sourceAddress } from '#access/middleware/source_address'
import type User from '#access/models/user'
import { Refusals } from '#access/refusals'

export interface AccessOptions {
  /** The ability that a caller needs. */
  can: Ability
}

/** Lets those in whose API token is valid and has the ability; sets `ctx.caller`. */
@inject()
export default class AccessMiddleware {
  constructor(readonly refusals: Refusals) {}

  async handle(ctx: HttpContext, next: NextFn, options: AccessOptions) {
    const user = await this.#authenticate(ctx, options)
    const actor = actorOf(user, ctx)

    if (user.disabledAt) {
      await this.#note(ctx, options, { actor, reason: 'user_disabled', status: 401 })
      throw unauthorized()
    }

    const abilities = abilitiesOf(user.role, user.currentAccessToken?.abilities ?? [])
    if (!abilities.has(options.can)) {
      await this.#note(ctx, options, { actor, reason: 'ability_missing', status: 403 })
      throw new Forbidden(options.can)
    }

    ctx.caller = { id: user.id, abilities, actor }
    return next()
  }

  async #authenticate(ctx: HttpContext, options: AccessOptions): Promise<User> {
    try {
      return await ctx.auth.use('api').authenticate()
    } catch (error) {
      if (!(error instanceof errors.E_UNAUTHORIZED_ACCESS)) throw unavailable(error, ctx)

      const reason = ctx.request.header('authorization') ? 'token_invalid' : 'token_missing'
      const actor = { type: 'user', id: 'anonymous', sourceIp: sourceAddress(ctx.request) } as const
      await this.#note(ctx, options, { actor, reason, status: 401 })
      throw error
    }
  }

  #note(
    ctx: HttpContext,
    { can }: AccessOptions,
    facts: { actor: Actor; reason: RefusalReason; status: 401 | 403 }
  ): Promise<void> {
    return this.refusals.note({
      ...facts,
      ability: can,
      method: ctx.request.method(),
      route: ctx.route?.pattern ?? 'unknown',
      correlationId: ctx.request.id(),
    })
  }
}

function actorOf(user: User, { request }: HttpContext): Actor {
  return { type: 'user', id: String(user.id), role: user.role, sourceIp: sourceAddress(request) }
}

function unauthorized() {
  return new errors.E_UNAUTHORIZED_ACCESS('Unauthorized access', {
    guardDriverName: 'access_tokens',
  })
}

/** The message of a database error quotes what was looked for, so only its code is kept. */
function unavailable(error: unknown, { logger }: HttpContext): AccessUnavailable {
  const unavailability = new AccessUnavailable(error)
  logger.error({ reason: unavailability.reason }, 'API tokens cannot be checked')
  return unavailability
}
