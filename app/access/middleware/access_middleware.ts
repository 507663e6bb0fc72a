import { inject } from '@adonisjs/core'
import { errors } from '@adonisjs/auth'
import type { Secret } from '@adonisjs/core/helpers'
import type { HttpContext } from '@adonisjs/core/http'
import type { NextFn } from '@adonisjs/core/types/http'
import type { Actor } from '#shared/event_recorder'
import { abilitiesOf, type Ability } from '#access/abilities'
import type { RefusalReason } from '#access/denied_event'
import { AccessUnavailable, Forbidden, KeySetUnavailable } from '#access/errors'
import { JwtCallers } from '#access/jwt/jwt_callers'
import { JwtRefused } from '#access/jwt/jwt_refused'
import { bearerToken } from '#access/middleware/bearer_token'
import { sourceAddress } from '#access/middleware/source_address'
import type User from '#access/models/user'
import { Refusals } from '#access/refusals'

export interface AccessOptions {
  /** The ability that a caller needs. */
  can: Ability

  /** A further one that is needed when this stands in the query, unless it is switched off there. */
  canWhen?: { query: string; can: Ability }
}

/** Who shows a good token, and what it was given for. */
interface Admission {
  /** Null where an issuer's callers have no user to act as. */
  user: User | null
  granted: readonly string[]

  /** Who came with a JWT. */
  vouched?: Pick<Actor, 'issuer' | 'subject'>
}

/**
 * Lets those in whose token is valid and has the ability; sets `ctx.caller`. A token is one
 * of our API tokens, or a JWT of a trusted issuer.
 */
@inject()
export default class AccessMiddleware {
  constructor(
    readonly refusals: Refusals,
    readonly jwtCallers: JwtCallers
  ) {}

  async handle(ctx: HttpContext, next: NextFn, options: AccessOptions) {
    const { user, granted, vouched } = await this.#authenticate(ctx, options)
    const actor = actorOf(ctx, user, vouched)

    if (!user || user.disabledAt) {
      const reason = user ? 'user_disabled' : 'account_unknown'
      await this.#note(ctx, options, { actor, reason, status: 401 })
      throw unauthorized()
    }

    const abilities = abilitiesOf(user.role, granted)
    const missing = neededBy(ctx, options).find((can) => !abilities.has(can))
    if (missing) {
      await this.#note(ctx, { can: missing }, { actor, reason: 'ability_missing', status: 403 })
      throw new Forbidden(missing)
    }

    ctx.caller = { id: user.id, abilities, actor }
    return next()
  }

  async #authenticate(ctx: HttpContext, options: AccessOptions): Promise<Admission> {
    const token = bearerToken(ctx.request)
    try {
      return token && this.jwtCallers.takes(token)
        ? await this.#byJwt(token)
        : await byApiToken(ctx)
    } catch (error) {
      const reason = refusalOf(error, ctx)
      if (!reason) throw unavailable(error, ctx)

      await this.#note(ctx, options, { actor: actorOf(ctx, null), reason, status: 401 })
      throw unauthorized()
    }
  }

  async #byJwt(token: Secret<string>): Promise<Admission> {
    const { user, granted, issuer, subject } = await this.jwtCallers.verify(token)
    return { user, granted, vouched: { issuer, subject } }
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

const SWITCHED_OFF = ['false', '0', 'off']

function neededBy({ request }: HttpContext, { can, canWhen }: AccessOptions): Ability[] {
  const asked = canWhen && request.qs()[canWhen.query]
  return asked === undefined || SWITCHED_OFF.includes(asked) ? [can] : [can, canWhen!.can]
}

async function byApiToken({ auth }: HttpContext): Promise<Admission> {
  const user = await auth.use('api').authenticate()
  return { user, granted: user.currentAccessToken?.abilities ?? [] }
}

function actorOf(
  { request }: HttpContext,
  user: User | null,
  vouched?: Admission['vouched']
): Actor {
  const who = user ? { id: String(user.id), role: user.role } : { id: 'anonymous' }
  return { type: 'user', ...who, ...vouched, sourceIp: sourceAddress(request) }
}

function unauthorized() {
  return new errors.E_UNAUTHORIZED_ACCESS('Unauthorized access', {
    guardDriverName: 'access_tokens',
  })
}

function refusalOf(error: unknown, { request }: HttpContext): RefusalReason | undefined {
  if (error instanceof JwtRefused) return error.reason
  if (!(error instanceof errors.E_UNAUTHORIZED_ACCESS)) return undefined
  return request.header('authorization') ? 'token_invalid' : 'token_missing'
}

/** The message of a database error quotes what was looked for, so only its code is kept. */
function unavailable(error: unknown, { logger }: HttpContext) {
  const ours = error instanceof AccessUnavailable || error instanceof KeySetUnavailable
  const unavailability = ours ? error : new AccessUnavailable(error)
  logger.error({ reason: unavailability.reason }, 'Tokens of callers cannot be checked')
  return unavailability
}
